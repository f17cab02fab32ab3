import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresServer } from '#lib/testing';
import { GROUP, type ApiClient } from './harness/api-client.js';
import { runCommandLineWith } from './harness/command-line.js';
import { DatabaseProcess } from './harness/database-process.js';
import { eventually } from './harness/eventually.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { ProjectorProcess } from './harness/projector-process.js';
import { newDataDir, TaglineServer } from './harness/tagline-server.js';

const STREAMS = `${GROUP}/namespaces/team/imagestreams`;
const TAG = `${GROUP}/namespaces/team/imagestreamtags/app:v1`;
const SECRETS = '/api/v1/namespaces/team/secrets';

let log: DatabaseProcess;
let postgres: PostgresServer;
let folder: string;
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  [log, postgres] = await Promise.all([DatabaseProcess.start(), PostgresServer.startOwn()]);
  folder = await mkdtemp(join(tmpdir(), 'tagline-shared-'));
  const files = { key: join(folder, 'secrets.key'), connection: join(folder, 'connection') };
  await writeFile(files.key, randomBytes(32).toString('base64'));
  await writeFile(files.connection, `${postgres.connectionString}\n`);
  settings = {
    ...log.settings,
    TAGLINE_READ_MODEL_ENGINE: 'postgres',
    TAGLINE_READ_MODEL_CONNECTION_STRING_FILE: files.connection,
    TAGLINE_SECRETS_KEY_FILE: files.key,
  };
});
afterAll(async () => {
  await postgres.stop();
  await log.dispose();
  await rm(folder, { recursive: true, force: true });
});

const push = (api: ApiClient, image: string) =>
  api.post(`${GROUP}/namespaces/team/imagestreammappings`, mapping('team', 'app', 'v1', digestOf(image)));

async function imageAt(api: ApiClient): Promise<string | undefined> {
  const { body } = await api.get(TAG);
  return (body as { image?: { metadata: { name: string } } }).image?.metadata.name;
}

describe('servers that share a log and its read models', () => {
  let servers: TaglineServer[];
  let apis: ApiClient[];
  let projectors: ProjectorProcess[];

  beforeAll(async () => {
    projectors = [await ProjectorProcess.start(settings), await ProjectorProcess.start(settings)];
    const env = { ...settings, TAGLINE_READ_MODEL_PROJECTS: 'false' };
    servers = [await TaglineServer.start({ env }), await TaglineServer.start({ env })];
    apis = servers.map((server) => server.api());
    await apis[0]?.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    await apis[0]?.post(STREAMS, imageStream('app'));
  });
  afterAll(async () => {
    for (const api of apis) api.close();
    for (const server of servers) await server.dispose();
    for (const projector of projectors) await projector.kill();
  });

  const both = (): [ApiClient, ApiClient] => apis as [ApiClient, ApiClient];

  it('show what was written through another at once', async () => {
    const [one, other] = both();
    for (const image of 'abcdefgh') {
      expect((await push(one, image)).code).toBe(201);
      expect(await imageAt(other)).toBe(digestOf(image));
    }
  });

  it('share secrets', async () => {
    const [one, other] = both();
    const secret = (name: string) => ({ metadata: { name }, stringData: { password: 'correct horse' } });
    const written = await Promise.all(
      Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? one : other).post(SECRETS, secret(`s-${n}`))),
    );
    expect(written.map(({ code }) => code)).toEqual([201, 201, 201, 201, 201, 201]);
    const { body } = await other.get(SECRETS);
    expect((body as { items: unknown[] }).items).toHaveLength(6);
  });

  it('go on when the projector that writes is killed', async () => {
    const [one, other] = both();
    const active = await eventually('one projector writes', async () => {
      const states = await Promise.all(projectors.map((projector) => projector.metric('tagline_projector_active')));
      return states.includes(1) ? states.indexOf(1) : undefined;
    });
    await projectors[active]?.kill();
    expect((await push(one, 'after')).code).toBe(201);
    expect(await imageAt(other)).toBe(digestOf('after'));
    // The servers were told not to.
    expect(await projectors[1 - active]?.metric('tagline_projector_active')).toBe(1);
    projectors[active] = await ProjectorProcess.start(settings);
  });

  it('are read on while they are rebuilt, to the same bytes', async () => {
    const [one, other] = both();
    let isOver = false;
    const reading = (async () => {
      while (!isOver) expect((await other.get(TAG)).code).toBe(200);
    })();
    const digests = [];
    for (const args of [['--digest'], [], ['--digest']]) {
      const { stdout, stderr, code } = await runCommandLineWith(settings, 'rebuild', folder, ...args);
      expect(`${code} ${stderr}`).toBe('0 ');
      digests.push(/^digest ([0-9a-f]{64})$/m.exec(stdout)?.[1]);
    }
    isOver = true;
    await reading;
    expect(new Set(digests).size).toBe(1);
    expect((await push(one, 'rebuilt')).code).toBe(201);
    expect(await imageAt(other)).toBe(digestOf('rebuilt'));
  });

  it('say 503 and when to come back while the database is away, and then go on by themselves', async () => {
    const [one, other] = both();
    await postgres.kill();
    const away = await one.get(TAG);
    expect(away).toMatchObject({ code: 503, body: { details: { retryAfterSeconds: 1 } } });
    expect(away.text).not.toContain('127.0.0.1');
    expect((await push(one, 'away')).code).toBe(504);
    await postgres.startAgain();
    await eventually('reads are answered', async () => ((await other.get(TAG)).code === 200 ? true : undefined));
    await eventually('writes are answered', async () => ((await push(one, 'back')).code === 201 ? true : undefined));
    expect(await imageAt(other)).toBe(digestOf('back'));
    expect(servers.map(({ log: lines }) => lines.some((line) => line.includes('nobody foresaw')))).toEqual([
      false,
      false,
    ]);
  });

  it('stop when they are asked to', async () => {
    const codes = await Promise.all([...servers, ...projectors].map((running) => running.stop()));
    expect(codes).toEqual([0, 0, 0, 0]);
  });
});

describe('a projector', () => {
  it('refuses a log that belongs to one server, and read models that nobody else can read', async () => {
    const env = { TAGLINE_DATA_DIR: folder, TAGLINE_READ_MODEL_PROJECTS: 'false' };
    const { code, stderr } = await ProjectorProcess.ended(env);
    expect(code).toBe(1);
    expect(stderr).toContain('readModel.projects must not be false');
    expect(stderr).toContain('eventStore.engine must be a database');
    expect(stderr).toContain('readModel.engine must be postgres');
  });

  it('says what it is', async () => {
    const { code, stdout } = await ProjectorProcess.ended({}, '--help');
    expect(`${code} ${stdout}`).toContain('0 Tagline');
  });
});

describe('a server', () => {
  it('does not start without its database, and says so without its password', async () => {
    const dataDir = await newDataDir();
    const connection = 'postgresql://tagline:hidden-password@127.0.0.1:1/postgres';
    const env = {
      ...settings,
      ...{ TAGLINE_READ_MODEL_CONNECTION_STRING: connection, TAGLINE_READ_MODEL_CONNECTION_STRING_FILE: '' },
    };
    const { TAGLINE_READ_MODEL_CONNECTION_STRING_FILE: _, ...given } = env;
    const { code, stdout, stderr } = await TaglineServer.refused({ dataDir, env: given });
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
    expect(stdout + stderr).not.toContain('hidden-password');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('works by itself with its own log and read models in PostgreSQL', async () => {
    const env = { ...settings, TAGLINE_READ_MODEL_SCHEMA: 'alone', TAGLINE_EVENT_STORE_ENGINE: 'embedded' };
    const { TAGLINE_EVENT_STORE_CONNECTION_STRING: _, ...given } = env as Record<string, string>;
    const server = await TaglineServer.start({ env: given });
    const api = server.api();
    await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    await api.post(STREAMS, imageStream('app'));
    expect((await push(api, 'a')).code).toBe(201);
    expect(await imageAt(api)).toBe(digestOf('a'));
    const { stdout } = await runCommandLineWith(given, 'rebuild', server.dataDir);
    expect(stdout).toContain('digest');
    expect((await push(api, 'b')).code).toBe(201);
    expect(await imageAt(api)).toBe(digestOf('b'));
    api.close();
    await server.dispose();
  });
});
