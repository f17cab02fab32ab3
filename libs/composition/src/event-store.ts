import { readFileSync } from 'node:fs';
import { ConfigurationError, type Configuration } from '#lib/config';
import {
  ConnectionStringError,
  EmbeddedEventStore,
  EventStoreDbEventStore,
  InstrumentedEventStore,
  type EventStore,
  type EventStoreDbOptions,
  type StoreInstruments,
} from '#lib/event-store';
import { eventLogPath } from './data-directory.js';

export interface OpenEventStore extends Pick<EventStoreDbOptions, 'onDisturbance'> {
  /** For tools that look at the log of a running server. */
  readonly readOnly?: boolean;
  /** By what the log, and whatever works on it, is measured and traced. */
  readonly instruments?: StoreInstruments;
}

/**
 * Opens the log where the configuration says that it is kept.
 *
 * @throws ConfigurationError when that cannot be understood.
 */
export function openEventStore(configuration: Configuration, options: OpenEventStore = {}): EventStore {
  const store = openEngine(configuration, options);
  return options.instruments === undefined ? store : new InstrumentedEventStore(store, options.instruments);
}

function openEngine({ dataDir, eventStore }: Configuration, options: OpenEventStore): EventStore {
  const { onDisturbance, readOnly = false } = options;
  switch (eventStore.engine) {
    case 'embedded':
      return EmbeddedEventStore.open(eventLogPath(dataDir), { readOnly });
    case 'eventstoredb': {
      const { connectionString, connectionStringFile, streamPrefix } = eventStore;
      const where = `eventStore.${connectionString === undefined ? 'connectionStringFile' : 'connectionString'}`;
      try {
        return EventStoreDbEventStore.open(connectionString ?? contentOf(connectionStringFile), {
          ...(onDisturbance && { onDisturbance }),
          ...(streamPrefix !== undefined && { streamPrefix }),
        });
      } catch (error) {
        if (!(error instanceof ConnectionStringError)) throw error;
        throw new ConfigurationError([{ where, message: error.message }]);
      }
    }
  }
}

const contentOf = (file: string | undefined): string => (file === undefined ? '' : readFileSync(file, 'utf8').trim());
