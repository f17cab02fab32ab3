import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Configuration } from '#lib/config';
import { NestLogger, Readiness, type Logger } from '#lib/observability';
import { RelayApp } from './relay-app.module.js';

export interface RunningRelay {
  /** Of probes and metrics. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts the relay with its probes. */
export async function startRelay(configuration: Configuration, logger: Logger): Promise<RunningRelay> {
  const app = await NestFactory.create<NestFastifyApplication>(
    RelayApp.forRoot(configuration, logger),
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  const { host, port } = configuration.relay.listen;
  await app.listen(port, host);
  app.get(Readiness, { strict: false }).set(true);
  return { url: await app.getUrl(), stop: () => app.close() };
}
