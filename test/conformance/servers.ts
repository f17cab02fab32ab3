import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { vi } from 'vitest';
import { loadConfiguration, type Configuration } from '#lib/config';
import type { RecordedEvent } from '#lib/events';
import { BackgroundImports } from '#lib/import';
import { createLogger } from '#lib/observability';
import { EventStoreDbDouble, PostgresServer } from '#lib/testing';
import { openEventStore } from '../../apps/tagline/src/event-store.js';
import { startServer, type RunningServer } from '../../apps/tagline/src/server.js';
import type { Json, ServerName } from './transcript.js';

/** How the servers differ. */
const SETTINGS: Readonly<Record<ServerName, Readonly<Record<string, string>>>> = {
  /** No registry in front, and next to everything may be imported. */
  plain: { TAGLINE_IMAGES_REGISTRY_SOURCES_BLOCKED_REGISTRIES: 'blocked.example.net' },
  /** A registry in front, known inside and outside; of a repository, two tags are imported. */
  registry: {
    TAGLINE_IMAGES_INTERNAL_REGISTRY_HOSTNAME: 'registry:5000',
    TAGLINE_IMAGES_EXTERNAL_REGISTRY_HOSTNAMES: 'ext.example.com,other.example.com',
    TAGLINE_IMAGES_MAX_IMAGES_BULK_IMPORTED_PER_REPOSITORY: '2',
  },
  /** Only some registries may be imported from. */
  'allow-list': {
    TAGLINE_IMAGES_INTERNAL_REGISTRY_HOSTNAME: 'registry:5000',
    TAGLINE_IMAGES_ALLOWED_REGISTRIES_FOR_IMPORT: JSON.stringify([
      { domainName: 'quay.io' },
      { domainName: '*.example.com' },
      { domainName: 'plain.example.org', insecure: true },
      { domainName: 'ports.example.org:*' },
    ]),
  },
  /** Tags keep all platforms of an image unless they say otherwise, and of a repository all tags are imported. */
  preserving: {
    TAGLINE_IMAGES_IMPORT_MODE: 'PreserveOriginal',
    TAGLINE_IMAGES_MAX_IMAGES_BULK_IMPORTED_PER_REPOSITORY: '-1',
  },
  /** The only one that imports by itself what streams ask for. */
  importing: {},
};

/** Where the servers keep their logs: in themselves, or in a double of EventStoreDB. */
const ON_EVENTSTOREDB = process.env['TAGLINE_TEST_EVENT_STORE'] === 'eventstoredb';

/** Where they keep their read models and secrets: in themselves, or in one PostgreSQL with a schema for each. */
const ON_POSTGRES = process.env['TAGLINE_TEST_READ_MODEL'] === 'postgres';

let postgres: Promise<PostgresServer> | undefined;

/** Ends what all servers share. */
export async function stopShared(): Promise<void> {
  await (await postgres)?.stop();
  postgres = undefined;
}

async function inPostgres(dataDir: string): Promise<Readonly<Record<string, string>>> {
  const server = await (postgres ??= PostgresServer.start());
  const keyFile = join(dataDir, 'shared.key');
  await writeFile(keyFile, randomBytes(32).toString('base64'));
  return {
    TAGLINE_READ_MODEL_ENGINE: 'postgres',
    TAGLINE_READ_MODEL_CONNECTION_STRING: server.connectionString,
    TAGLINE_READ_MODEL_SCHEMA: server.newSchema(),
    TAGLINE_SECRETS_KEY_FILE: keyFile,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** `undefined` where the answer is no JSON. */
  readonly body: Json | undefined;
}

/** A real server over HTTPS, on data of its own. */
export class ConformanceServer {
  private constructor(
    private readonly server: RunningServer,
    private readonly configuration: Configuration,
    private readonly client: Agent,
    private readonly database: EventStoreDbDouble | undefined,
  ) {}

  static async start(name: ServerName): Promise<ConformanceServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'tagline-conformance-'));
    const database = ON_EVENTSTOREDB ? await EventStoreDbDouble.start() : undefined;
    const environment = {
      ...{ TAGLINE_DATA_DIR: dataDir, TAGLINE_LISTEN: '127.0.0.1:0', ...SETTINGS[name] },
      ...(database && {
        TAGLINE_EVENT_STORE_ENGINE: 'eventstoredb',
        TAGLINE_EVENT_STORE_CONNECTION_STRING: database.connectionString,
      }),
      ...(ON_POSTGRES ? await inPostgres(dataDir) : {}),
    };
    const start = () => startServer(loadConfiguration(environment), createLogger({ level: 'error', format: 'json' }));
    const server = await (name === 'importing' ? start() : withoutBackgroundImports(start));
    const { ca } = server.identity;
    const client = new Agent({ connect: ca === undefined ? {} : { ca } });
    return new ConformanceServer(server, loadConfiguration(environment), client, database);
  }

  /** Sends a request as the administrator, unless a header says who else sends it. */
  async send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> {
    const { serverUrl, adminToken } = this.server.identity;
    const response = await request(`${serverUrl}${path}`, {
      ...{ method, dispatcher: this.client },
      headers: { authorization: `Bearer ${adminToken}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: jsonOf(text) };
  }

  /** @param look - is shown every event that came to be. */
  async stop(look: (event: RecordedEvent) => void = () => undefined): Promise<void> {
    await this.client.close();
    await this.server.stop();
    const log = openEventStore(this.configuration, { readOnly: true });
    for await (const page of log.readAll({ after: 0 })) page.forEach(look);
    await log.close();
    await this.database?.stop();
    await rm(this.configuration.dataDir, { recursive: true, force: true });
  }
}

/**
 * Transcripts say what requests do. Imports that the server begins by itself would change streams between two steps, and
 * reach for the registries that the transcripts name.
 */
async function withoutBackgroundImports<T>(start: () => Promise<T>): Promise<T> {
  const background = vi.spyOn(BackgroundImports.prototype, 'start').mockReturnValue();
  try {
    return await start();
  } finally {
    background.mockRestore();
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
