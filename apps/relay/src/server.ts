import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Configuration } from '#lib/config';
import { NestLogger, openTracing, Readiness, type Logger } from '#lib/observability';
import { RelayApp } from './relay-app.module.js';

export interface RunningRelay {
  /** Of probes and metrics. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts the relay with its probes. */
export async function startRelay(configuration: Configuration, logger: Logger): Promise<RunningRelay> {
  const onProblem = (what: string, error: unknown): void => logger.warn({ err: error }, what);
  const tracing = await openTracing(configuration.observability.tracing, 'relay', onProblem);
  const app = await NestFactory.create<NestFastifyApplication>(
    RelayApp.forRoot(configuration, logger, tracing.tracer),
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  const { host, port } = configuration.relay.listen;
  await app.listen(port, host);
  app.get(Readiness, { strict: false }).set(true);
  const stop = async (): Promise<void> => {
    await app.close();
    await tracing.close();
  };
  return { url: await app.getUrl(), stop };
}
