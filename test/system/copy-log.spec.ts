import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresServer } from '#lib/testing';
import { GROUP, type ApiClient } from './harness/api-client.js';
import { runCommandLine, runCommandLineWith } from './harness/command-line.js';
import { DatabaseProcess } from './harness/database-process.js';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { TaglineServer } from './harness/tagline-server.js';

const given = givenServer();
const STREAMS = `${GROUP}/namespaces/team/imagestreams`;
const SHOWN = [STREAMS, `${GROUP}/namespaces/team/imagetags`, `${GROUP}/images`, '/api/v1/namespaces/team/secrets'];

let folder: string;
let log: DatabaseProcess;
let postgres: PostgresServer;
let target: string;

beforeAll(async () => {
  [log, postgres] = await Promise.all([DatabaseProcess.start(), PostgresServer.startOwn()]);
  folder = await mkdtemp(join(tmpdir(), 'tagline-moved-'));
  target = join(folder, 'target.yaml');
  await writeFile(join(folder, 'secrets.key'), randomBytes(32).toString('base64'));
  const configuration = {
    dataDir: given.server.dataDir,
    eventStore: { engine: 'eventstoredb', connectionString: log.connectionString },
    readModel: { engine: 'postgres', connectionString: postgres.connectionString },
    secrets: { keyFile: join(folder, 'secrets.key') },
  };
  await writeFile(target, JSON.stringify(configuration));
});
afterAll(async () => {
  await postgres.stop();
  await log.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** What clients see, but for the versions, which every log numbers in its own way. */
async function shown(api: ApiClient): Promise<string> {
  const answers = await Promise.all(SHOWN.map((path) => api.get(path)));
  const texts = answers.map(({ body }) => JSON.stringify(body));
  return texts.join('\n').replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":""');
}

const push = (api: ApiClient, tag: string, of: string) =>
  api.post(`${GROUP}/namespaces/team/imagestreammappings`, mapping('team', 'app', tag, digestOf(of)));

describe('an installation that outgrows one process', () => {
  it('takes its log and its secrets along, and goes on from there', async () => {
    const { api, server } = given;
    await api.post(STREAMS, imageStream('app'));
    for (let n = 0; n < 30; n++) expect((await push(api, `v${n % 3}`, `${n}`)).code).toBe(201);
    await api.post('/api/v1/namespaces/team/secrets', {
      metadata: { name: 'pull' },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': '{"auths":{"registry.example.com":{"auth":"dTpw"}}}' },
    });
    const before = await shown(api);

    const refused = await copy();
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('is in use by another process');

    expect(await server.stop()).toBe(0);
    expect((await copy()).stdout).toMatch(/^events: \d+ copied, 0 were there\nsecrets: 1 copied\n$/);
    expect((await copy()).stdout).toMatch(/^events: 0 copied, \d+ were there\nsecrets: 0 copied\n$/);

    const moved = await TaglineServer.start({ dataDir: server.dataDir, env: { TAGLINE_CONFIG: target } });
    const client = moved.api();
    expect(await shown(client)).toBe(before);
    expect((await push(client, 'v0', 'after')).code).toBe(201);
    client.close();
    expect(await moved.stop()).toBe(0);
    expect((await runCommandLineWith({ TAGLINE_CONFIG: target }, 'verify', server.dataDir)).stdout).toContain(
      ' 0 broken',
    );
    // What goes on at one of the two is not mixed with the other any more.
    expect((await copy()).stderr).toContain('the target holds another log');
  });

  it('is told what the command wants', async () => {
    expect((await runCommandLine('copy-log', given.server.dataDir, '--help')).stdout).toContain('--to <file>');
    expect((await runCommandLine('copy-log', given.server.dataDir)).stderr).toContain('--to must name');
  });
});

const copy = () => runCommandLine('copy-log', given.server.dataDir, '--to', target);
