import type { Configuration } from '#lib/config';
import type { EventStore } from '#lib/event-store';
import type { Logger } from '#lib/observability';
import type { Postgres } from '#lib/postgres';
import {
  EmbeddedReadModel,
  LocalReadModel,
  PostgresProjector,
  PostgresReadModel,
  projections,
  Projector,
  readModelShape,
  type ReadModel,
} from '#lib/read-model';
import { readModelPath } from './data-directory.js';

/** Nest token of the {@link RunningReadModel}. */
export const RUNNING_READ_MODEL = Symbol('RunningReadModel');

/** Read models that show everything that was in the log when the server started, and are kept up to date. */
export interface RunningReadModel {
  readonly readModel: ReadModel;
  /** Whether it is this process that writes them. */
  readonly isProjecting: () => boolean;
  /** Stops to project, and closes what was opened. */
  readonly close: () => Promise<void>;
}

/** Opens the read models where the configuration says that they are kept, and brings them up to date. */
export async function openReadModel(
  configuration: Configuration,
  store: EventStore,
  postgres: Postgres | undefined,
  logger: Logger,
): Promise<RunningReadModel> {
  return postgres === undefined
    ? openEmbedded(configuration, store, logger)
    : openInPostgres(configuration, store, postgres, logger);
}

async function openEmbedded(
  { dataDir, images }: Configuration,
  store: EventStore,
  logger: Logger,
): Promise<RunningReadModel> {
  const stored = await EmbeddedReadModel.openFor(store, readModelPath(dataDir), readModelShape(images));
  const projector = new Projector(store, stored, projections(images));
  const [from, to] = [projector.projected, await store.lastPosition()];
  if (to > from) logger.info({ from, to }, 'bringing the read models up to date');
  await projector.start(fatal(logger));
  return {
    readModel: new LocalReadModel(stored, projector),
    isProjecting: () => true,
    close: async () => {
      await projector.stop();
      await stored.close();
    },
  };
}

/** Each server has a projector, unless it is told not to; one of them writes, or one of those that are processes of their own. */
async function openInPostgres(
  { images, readModel: { projects } }: Configuration,
  store: EventStore,
  postgres: Postgres,
  logger: Logger,
): Promise<RunningReadModel> {
  const shape = readModelShape(images);
  const onDisturbance = (why: string): void => logger.warn({ why }, 'PostgreSQL does not answer; it is asked again');
  const readModel = new PostgresReadModel({ postgres, shape, onDisturbance });
  const projector = new PostgresProjector({
    ...{ store, postgres, shape, folds: projections(images), onDisturbance },
    onDuty: (isActive) => logger.info({ isActive }, isActive ? 'projecting' : 'no longer projecting'),
  });
  const close = async (): Promise<void> => {
    await projector.stop();
    await readModel.stop();
  };
  try {
    await readModel.start();
    if (projects) projector.start(fatal(logger));
    const to = await store.lastPosition();
    if (to > readModel.position) logger.info({ from: readModel.position, to }, 'waiting for the read models');
    await readModel.catchUp(to);
    return { readModel, close, isProjecting: () => projector.isActive };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What no waiting mends: an event that cannot be folded, a log that cannot be read, a database that refuses us. */
const fatal =
  (logger: Logger) =>
  (error: unknown): void => {
    logger.fatal({ err: error }, 'the read models can no longer be kept up to date');
    process.exit(1);
  };
