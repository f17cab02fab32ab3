import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '#lib/testing';
import type { Row } from '../row.js';
import { rebuilt } from '../rebuilt.js';
import type { Scenario } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { CONNECTIONS, measureReads } from './read.js';

/** A server whose read models are in PostgreSQL on the same machine, and the same log projected into either. */
export const postgres: Scenario = {
  names: ['postgres'],
  async run(options, report) {
    const reason = PostgresServer.missing;
    if (reason !== undefined) return report({ kind: 'skipped', operation: 'read models in PostgreSQL', reason });
    const database = await PostgresServer.start();
    const folder = await mkdtemp(join(tmpdir(), 'tagline-bench-key-'));
    const settings = await database.newSettings(folder);
    const server = await ServerProcess.startEmpty(settings);
    try {
      const figures = await measureReads(server, 'istag', options);
      const operation = 'get an ImageStreamTag through PostgreSQL';
      report({ kind: 'load', operation, connections: CONNECTIONS, figures });
      report(await projected('PostgreSQL', server.dataDir, settings));
      await server.stop();
      report(await projected('the data directory', server.dataDir, {}));
    } finally {
      await server.stopAndDelete();
      await rm(folder, { recursive: true, force: true });
      await database.stop();
    }
  },
};

async function projected(where: string, dataDir: string, settings: Readonly<Record<string, string>>): Promise<Row> {
  const { events, seconds } = await rebuilt(dataDir, settings);
  return { kind: 'quantity', operation: `events a second rebuilt in ${where}`, value: events / seconds, unit: '' };
}
