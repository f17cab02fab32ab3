import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigurationError, type Configuration } from '#lib/config';
import { NestLogger, openTracing, Readiness, type Logger } from '#lib/observability';
import { ProjectorModule } from './projector.module.js';

export interface RunningProjector {
  /** Of its probes and metrics. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a projector as a process of its own. Resolves when the read models show what was in the log, whichever
 * projector wrote it.
 *
 * @throws ConfigurationError where there is nothing to share with other processes.
 */
export async function startProjector(configuration: Configuration, logger: Logger): Promise<RunningProjector> {
  assertShared(configuration);
  const { host, port } = configuration.listen;
  const onProblem = (what: string, error: unknown): void => logger.warn({ err: error }, what);
  const tracing = await openTracing(configuration.observability.tracing, 'projector', onProblem);
  const app = await NestFactory.create<NestFastifyApplication>(
    ProjectorModule.forRoot(configuration, logger, tracing.tracer),
    new FastifyAdapter(),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  await app.listen(port, host);
  app.get(Readiness).set(true);
  const stop = async (): Promise<void> => {
    await app.close();
    await tracing.close();
  };
  return { url: await app.getUrl(), stop };
}

function assertShared({ eventStore, readModel }: Configuration): void {
  const problems = [];
  if (eventStore.engine === 'embedded') {
    const message = 'must be a database: a log in the data directory belongs to the server that writes it';
    problems.push({ where: 'eventStore.engine', message, remedy: 'that server projects it, too' });
  }
  if (readModel.engine === 'embedded') {
    const message = 'must be postgres: read models in a data directory can be read by nobody else';
    problems.push({ where: 'readModel.engine', message });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}
