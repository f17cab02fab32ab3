import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type ApiClient, type Json } from './harness/api-client.js';
import { runCommandLineWith } from './harness/command-line.js';
import { DatabaseProcess } from './harness/database-process.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { newDataDir, TaglineServer } from './harness/tagline-server.js';

let database: DatabaseProcess;
beforeAll(async () => {
  database = await DatabaseProcess.start();
});
afterAll(() => database.dispose());

const STREAMS = `${GROUP}/namespaces/team/imagestreams`;
const push = (api: ApiClient, stream: string, tag: string, of = tag) =>
  api.post(`${GROUP}/namespaces/team/imagestreammappings`, mapping('team', stream, tag, digestOf(of)));

async function prepare(api: ApiClient, ...streams: string[]): Promise<void> {
  await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
  for (const stream of streams) expect((await api.post(STREAMS, imageStream(stream))).code).toBe(201);
}

function imagesOf({ body }: { readonly body: Json }, tag: string): string[] {
  const { status } = body as { status?: { tags?: { tag: string; items: { image: string }[] }[] } };
  return (status?.tags ?? []).find((each) => each.tag === tag)?.items.map(({ image }) => image) ?? [];
}

describe('a server that keeps its log in EventStoreDB', () => {
  let dataDir: string;
  let server: TaglineServer;
  beforeAll(async () => {
    dataDir = await newDataDir();
    server = await TaglineServer.start({ dataDir, env: database.settings });
  });
  afterAll(() => server.dispose());

  it('is driven by kubectl, watches from the past included', async () => {
    const kubectl = await server.kubectl();
    const api = server.api();
    await prepare(api, 'app');
    const created = await kubectl.json('get', 'imagestream', 'app', '-n', 'team');
    await push(api, 'app', 'v1', 'first');
    await push(api, 'app', 'v1', 'second');
    const rows = await kubectl.table('get', 'tagrevisions', '-n', 'team', '-l', 'tagline.dev/tag=v1');
    expect(rows.map(({ TO }) => TO)).toEqual(['first', 'second'].map((of) => digestOf(of).slice(7, 19)));
    await kubectl.run('label', 'imagestream', 'app', '-n', 'team', 'tier=web');
    const from = created.metadata?.resourceVersion ?? '';
    const watch = kubectl.follow('get', '--raw', `${STREAMS}?watch=true&resourceVersion=${from}`);
    const lines = await watch.line((line) => line.includes('"tier":"web"'), 'the label');
    expect(lines).toContain('MODIFIED');
    expect(watch.lines).toHaveLength(3);
    await watch.stop();
    expect(existsSync(join(dataDir, 'events.lmdb'))).toBe(false);
    await kubectl.dispose();
    api.close();
  });

  it('shows the same after a restart, and after its read models are built anew', async () => {
    const api = server.api();
    const before = await api.get(`${STREAMS}/app`);
    api.close();
    expect(await server.stop()).toBe(0);
    const digests: (string | undefined)[] = [];
    for (const args of [['--digest'], [], []]) {
      const { stdout } = await runCommandLineWith(database.settings, 'rebuild', dataDir, ...args);
      digests.push(/^digest ([0-9a-f]+)$/m.exec(stdout)?.[1]);
    }
    expect(digests[0]).toBeDefined();
    expect(new Set(digests).size).toBe(1);

    await rm(join(dataDir, 'read-model'), { recursive: true });
    server = await TaglineServer.start({ dataDir, env: database.settings });
    const again = server.api();
    expect((await again.get(`${STREAMS}/app`)).text).toBe(before.text);
    again.close();
  });

  it('can be verified and replayed while it runs', async () => {
    const verified = await runCommandLineWith(database.settings, 'verify', dataDir);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toMatch(/^\d+ events in \d+ streams, 0 broken\n$/);
    const api = server.api();
    const { body } = await api.get('/apis/history.tagline.dev/v1alpha1/namespaces/team/tagrevisions');
    api.close();
    const moment = body.items?.[0]?.metadata?.resourceVersion ?? '';
    const replayed = await runCommandLineWith(database.settings, 'replay', dataDir, '--at', moment, 'team/app');
    expect(replayed.stdout).toContain(digestOf('first'));
    expect(replayed.stdout).not.toContain(digestOf('second'));
  });

  it('shows at once what another server on the same database has answered', async () => {
    const other = await TaglineServer.start({ env: database.settings });
    const [writer, reader] = [other.api(), server.api()];
    for (let n = 0; n < 50; n++) {
      const [write, read] = n % 2 === 0 ? [writer, reader] : [reader, writer];
      expect((await push(write, 'app', 'shared', `shared-${n}`)).code).toBe(201);
      expect(imagesOf(await read.get(`${STREAMS}/app`), 'shared')[0]).toBe(digestOf(`shared-${n}`));
    }
    writer.close();
    reader.close();
    await other.dispose();
  });

  it('takes no other database, and no database but the last, for its own', async () => {
    expect(await server.stop()).toBe(0);
    const empty = await DatabaseProcess.start();
    const elsewhere = await TaglineServer.start({ dataDir, env: empty.settings });
    const api = elsewhere.api();
    expect((await api.get(`${STREAMS}/app`)).code).toBe(404);
    api.close();
    expect(await elsewhere.stop()).toBe(0);
    await empty.dispose();
    server = await TaglineServer.start({ dataDir, env: database.settings });
    const back = server.api();
    expect((await back.get(`${STREAMS}/app`)).code).toBe(200);
    back.close();
  });
});

describe('a server whose database is killed in the middle of 16 writers', () => {
  const ROUNDS = 3;
  const WRITERS = 16;

  it('goes on, and has every answered write once', async () => {
    const server = await TaglineServer.start({ env: database.settings });
    const api = server.api({ connections: WRITERS + 1 });
    await prepare(api, 'busy');
    const answered = new Map<string, string>();
    const failures: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      let going = true;
      const enough = (round + 1) * 60;
      const writers = Array.from({ length: WRITERS }, async (_, writer) => {
        for (let n = 0; going; n++) {
          const tag = `r${round}-w${writer}-${n}`;
          const { code } = await push(api, 'busy', tag);
          if (code === 201) answered.set(tag, digestOf(tag));
          else failures.push(code);
        }
      });
      await until(() => answered.size >= enough - 30);
      await database.kill();
      await database.startAgain();
      await until(() => answered.size >= enough + 30);
      going = false;
      await Promise.all(writers);
    }
    // Nobody was told that something went wrong which did not; and the database was never away for long.
    expect(failures.filter((code) => code !== 503 && code !== 504)).toEqual([]);
    const stream = await api.get(`${STREAMS}/busy`);
    const wrong = [...answered].filter(([tag, digest]) => imagesOf(stream, tag).join() !== digest);
    expect(wrong).toEqual([]);
    const history = await api.get('/apis/history.tagline.dev/v1alpha1/namespaces/team/tagrevisions');
    const moves = (history.body.items ?? []) as unknown as readonly { stream: string; tag: string }[];
    const moved = moves.filter(({ stream: name, tag }) => name === 'busy' && answered.has(tag));
    expect(moved).toHaveLength(answered.size);
    expect((await runCommandLineWith(database.settings, 'verify', server.dataDir)).code).toBe(0);
    api.close();
    await server.dispose();
  });
});

describe('a server whose database is not there', () => {
  it.each([
    ['esdb://tagline:hidden@127.0.0.1:1?tls=false', /the event store cannot be reached/],
    [
      'esdb://tagline:hidden@127.0.0.1:1?tlsVerifyCert=false',
      /eventStore\.connectionString may only have tlsVerifyCert/,
    ],
  ])('says so, and nothing of its password', async (connectionString, why) => {
    const dataDir = await newDataDir();
    const env = { ...database.settings, TAGLINE_EVENT_STORE_CONNECTION_STRING: connectionString };
    const { code, stderr, stdout } = await TaglineServer.refused({ dataDir, env });
    expect(code).toBe(1);
    expect(stderr).toMatch(why);
    expect(stderr.split('\n').filter((line) => line !== '')).toHaveLength(1);
    expect(`${stdout}${stderr}`).not.toContain('hidden');
    await rm(dataDir, { recursive: true });
  });
});

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 10));
}
