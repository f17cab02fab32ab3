import type { StatsFs } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import type { Configuration } from '#lib/config';
import type { Metrics } from '#lib/observability';
import { eventLogPath, readModelPath } from './data-directory.js';

/** How much room the data takes, and how much there is. A full disk is the one thing that stops every write. */
export function measureData(metrics: Metrics, { dataDir, eventStore, readModel }: Configuration): void {
  if (eventStore.engine === 'embedded') {
    metrics.gauge('tagline_event_log_file_bytes', 'Size of the file of the event log.', [], () =>
      sizeOf(eventLogPath(dataDir)),
    );
  }
  if (readModel.engine === 'embedded') {
    metrics.gauge('tagline_read_model_file_bytes', 'Size of the file of the read models.', [], () =>
      sizeOf(readModelPath(dataDir)),
    );
  }
  metrics.gauge('tagline_data_disk_free_bytes', 'Room that is left on the disk of the data directory.', [], () =>
    diskOf(dataDir, ({ bavail, bsize }) => bavail * bsize),
  );
  metrics.gauge('tagline_data_disk_size_bytes', 'Room on the disk of the data directory, all in all.', [], () =>
    diskOf(dataDir, ({ blocks, bsize }) => blocks * bsize),
  );
}

/** NaN where there is no data directory: a service that has all it keeps in databases makes none. */
const diskOf = (path: string, measure: (disk: StatsFs) => number): Promise<number> =>
  statfs(path).then(measure, () => NaN);

/** NaN for a file that is not there (any more): metrics are read while the process starts and stops, too. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => NaN,
  );
