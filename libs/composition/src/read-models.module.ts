import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { LOGGER, type Logger } from '#lib/observability';
import type { Postgres } from '#lib/postgres';
import { eventStoreProvider } from './log.module.js';
import { openPostgres, POSTGRES } from './postgres.js';
import { openReadModel, RUNNING_READ_MODEL, type RunningReadModel } from './read-model.js';

/** Closes what was opened, the projector first: it writes the read models from the log. */
@Injectable()
class ReadModelsLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(RUNNING_READ_MODEL) private readonly readModel: RunningReadModel,
    @Inject(POSTGRES) private readonly postgres: Postgres | undefined,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.readModel.close();
    await this.store.close();
    await this.postgres?.close();
  }
}

/** The event log, and the read models that are kept up to date with it, each where the configuration says. */
@Global()
@Module({
  providers: [
    eventStoreProvider,
    {
      provide: POSTGRES,
      inject: [CONFIGURATION, LOGGER],
      useFactory: (configuration: Configuration, logger: Logger) =>
        openPostgres(configuration, (why) => logger.warn({ why }, 'a connection to PostgreSQL was lost')),
    },
    {
      provide: RUNNING_READ_MODEL,
      inject: [CONFIGURATION, EVENT_STORE, POSTGRES, LOGGER],
      useFactory: openReadModel,
    },
    ReadModelsLifecycle,
  ],
  exports: [EVENT_STORE, POSTGRES, RUNNING_READ_MODEL],
})
export class ReadModelsModule {}
