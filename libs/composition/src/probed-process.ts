import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Configuration, ListenAddress } from '#lib/config';
import {
  HealthController,
  Metrics,
  MetricsController,
  NestLogger,
  openTracing,
  Readiness,
  type Logger,
} from '#lib/observability';
import type { ServiceServer } from '#lib/remoting';
import { GivenModule } from './given.module.js';
import { servicesServer } from './services/services-server.js';
import type { ServiceName } from './services/service-names.js';
import { problemsTo } from './surroundings.js';

export interface ProbedProcessOptions {
  /** What the process is called in traces, after `tagline-`. */
  readonly name: string;
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** Of the probes and metrics, over HTTP. */
  readonly probes: ListenAddress;
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** As which service it answers calls, where it does. */
  readonly answersAs?: ServiceName;
}

export interface ProbedProcess {
  /** Of the probes and metrics. */
  readonly url: string;
  /** Where it answers calls, where it does. */
  readonly calls: ServiceServer | undefined;
  readonly stop: () => Promise<void>;
}

/** Starts what no client asks anything but how it is. Everything that its modules need of the process is bound. */
export async function startProbedProcess(options: ProbedProcessOptions): Promise<ProbedProcess> {
  const { name, configuration, logger, probes, imports, answersAs } = options;
  const tracing = await openTracing(configuration.observability.tracing, `tagline-${name}`, problemsTo(logger));
  try {
    const surroundings = { configuration, logger, metrics: new Metrics(), tracer: tracing.tracer };
    const calls = answersAs && servicesServer(answersAs, surroundings);
    const app = await NestFactory.create<NestFastifyApplication>(
      ProbedModule.of([GivenModule.of(surroundings), ...imports]),
      new FastifyAdapter({ forceCloseConnections: true }),
      { logger: new NestLogger(logger), abortOnError: false },
    );
    if (calls !== undefined) {
      app.connectMicroservice({ strategy: calls });
      await app.startAllMicroservices();
    }
    await app.listen(probes.port, probes.host);
    const readiness = app.get(Readiness, { strict: false });
    readiness.set(true);
    const stop = async (): Promise<void> => {
      readiness.set(false);
      await app.close();
      await tracing.close();
    };
    return { url: await app.getUrl(), calls, stop };
  } catch (error) {
    await tracing.close();
    throw error;
  }
}

@Module({ controllers: [HealthController, MetricsController], providers: [Readiness] })
class ProbedModule {
  static of(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return { module: ProbedModule, imports: [...imports] };
  }
}
