import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Configuration } from '#lib/config';
import { Metrics } from '#lib/observability';
import { measureData } from './data-metrics.js';

async function measured(dataDir: string): Promise<string> {
  const metrics = new Metrics();
  const { eventStore, readModel, ...others } = new Configuration();
  measureData(metrics, {
    ...others,
    dataDir,
    eventStore: { ...eventStore, engine: 'eventstoredb' },
    readModel: { ...readModel, engine: 'postgres' },
  });
  return metrics.render();
}

describe('the metrics of the data', () => {
  it('say how much room there is where the data directory is', async () => {
    expect(await measured(tmpdir())).toMatch(/^tagline_data_disk_free_bytes [1-9]/m);
  });

  it('can be read where a service keeps everything in databases, and has no data directory', async () => {
    const text = await measured(join(tmpdir(), 'no', 'such', 'folder'));
    expect(text).toMatch(/^tagline_data_disk_free_bytes Nan$/m);
    expect(text).toMatch(/^tagline_data_disk_size_bytes Nan$/m);
  });
});
