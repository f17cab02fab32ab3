import { eventLogPath, openEventStore } from '#lib/composition';
import { existsSync } from 'node:fs';
import type { Configuration } from '#lib/config';
import type { EventStore } from '#lib/event-store';
import { UsageError } from './run-command.js';

/**
 * Opens the log to look at it, also while a server runs.
 *
 * @throws UsageError where there is none.
 */
export function openLog(configuration: Configuration): EventStore {
  const { dataDir, eventStore } = configuration;
  if (eventStore.engine === 'embedded' && !existsSync(eventLogPath(dataDir))) {
    throw new UsageError(`there is no log in ${dataDir}`);
  }
  return openEventStore(configuration, { readOnly: true });
}
