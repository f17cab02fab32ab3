import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeServiceCertificates } from '#lib/access';
import { call, ServiceClient } from '#lib/remoting';
import { percentile } from '../percentile.js';
import { cpuSeconds } from '../process-usage.js';
import type { Scenario } from '../scenario.js';

const MAIN = fileURLToPath(new URL('../echo-main.js', import.meta.url));
const ECHO = call<unknown, unknown>('bench.echo');
const ENVELOPE = { context: { actor: { user: 'bench', groups: [] }, requestId: 'bench' } };
const MAX_BYTES = 64 * 1024 * 1024;

/** Calls of a service that does nothing, in another process: what a call costs there. */
export const calls: Scenario = {
  names: ['services', 'calls'],
  async run({ seconds, warmUp }, report) {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-bench-'));
    await writeServiceCertificates(folder, ['gateway', 'image-service']);
    const child = spawn(process.execPath, [MAIN, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
    const identity = { ca: await read('ca.crt'), cert: await read('gateway.crt'), key: await read('gateway.key') };
    const client = new ServiceClient({
      ...{ service: 'image-service', addresses: [{ host: '127.0.0.1', port: Number(line.toString()) }] },
      identity: () => identity,
      ...{ maxBytes: MAX_BYTES, deadlineMs: 60_000 },
    });
    await client.connect();
    try {
      for (const [size, inFlight] of [
        [2_048, 1],
        [2_048, 64],
        [4 * 1024 * 1024, 4],
      ] as const) {
        const request = { text: 'x'.repeat(size) };
        await callFor(client, request, inFlight, warmUp);
        const before = await cpuSeconds(child.pid ?? 0);
        const begun = performance.now();
        const times = await callFor(client, request, inFlight, seconds);
        const elapsed = (performance.now() - begun) / 1_000;
        const cpu = (await cpuSeconds(child.pid ?? 0)) - before;
        report({
          kind: 'load',
          operation: `call of a service, ${size / 1024} KB there and back`,
          connections: inFlight,
          figures: {
            operationsPerSecond: times.length / elapsed,
            ...{ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) },
            cpuPerThousand: (cpu / times.length) * 1_000,
          },
        });
      }
    } finally {
      await client.close();
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** @returns how long each call took, in milliseconds. */
async function callFor(client: ServiceClient, request: object, inFlight: number, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  const caller = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      await client.call(ECHO, request, ENVELOPE);
      const after = performance.now();
      times.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return times;
}
