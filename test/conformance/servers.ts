import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { openEventStore } from '#lib/composition';
import { loadConfiguration } from '#lib/config';
import type { RecordedEvent } from '#lib/events';
import { createLogger } from '#lib/observability';
import { EventStoreDbDouble, PostgresServer } from '#lib/testing';
import { startServer } from '../../apps/tagline/src/server.js';
import { Installation } from '../distributed/harness/installation.js';
import { expectPublished } from '../distributed/harness/whole-log.js';
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

/** Where installations of several processes publish what happens; nowhere by default. */
const BROKERS = process.env['TAGLINE_TEST_BROKERS']?.split(',') ?? [];

let shared: Promise<PostgresServer> | undefined;

/** Ends what all servers share. */
export async function stopShared(): Promise<void> {
  await (await shared)?.stop();
  shared = undefined;
}

async function inPostgres(dataDir: string): Promise<Readonly<Record<string, string>>> {
  return (await (shared ??= PostgresServer.start())).newSettings(dataDir);
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** `undefined` where the answer is no JSON. */
  readonly body: Json | undefined;
}

/** One process, or a gateway in front of services that are processes of their own. */
const DISTRIBUTED = process.env['TAGLINE_TEST_TOPOLOGY'] === 'distributed';

/** What runs, and how the administrator gets there. */
interface Running {
  readonly url: string;
  readonly ca: string | undefined;
  readonly token: string;
  /** @param look - is shown every event that came to be. */
  readonly stop: (look: (event: RecordedEvent) => void) => Promise<void>;
}

/** A real server over HTTPS, on data of its own. */
export class ConformanceServer {
  private constructor(
    private readonly running: Running,
    private readonly client: Agent,
  ) {}

  static async start(name: ServerName): Promise<ConformanceServer> {
    // Transcripts say what requests do. Imports that the server begins by itself would change streams between two steps,
    // and reach for the registries that the transcripts name.
    const settings = { ...SETTINGS[name], TAGLINE_IMPORT_BACKGROUND: `${name === 'importing'}` };
    const running = await (DISTRIBUTED ? installation(settings) : oneProcess(settings));
    const { ca } = running;
    return new ConformanceServer(running, new Agent({ connect: ca === undefined ? {} : { ca } }));
  }

  /** Sends a request as the administrator, unless a header says who else sends it. */
  async send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> {
    const { url, token } = this.running;
    const response = await request(`${url}${path}`, {
      ...{ method, dispatcher: this.client },
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: jsonOf(text) };
  }

  /** @param look - is shown every event that came to be. */
  async stop(look: (event: RecordedEvent) => void = () => undefined): Promise<void> {
    await this.client.close();
    await this.running.stop(look);
  }
}

async function oneProcess(settings: Readonly<Record<string, string>>): Promise<Running> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tagline-conformance-'));
  const database = ON_EVENTSTOREDB ? await EventStoreDbDouble.start() : undefined;
  const environment = {
    ...{ TAGLINE_DATA_DIR: dataDir, TAGLINE_LISTEN: '127.0.0.1:0', ...settings },
    ...(database && {
      TAGLINE_EVENT_STORE_ENGINE: 'eventstoredb',
      TAGLINE_EVENT_STORE_CONNECTION_STRING: database.connectionString,
    }),
    ...(ON_POSTGRES ? await inPostgres(dataDir) : {}),
  };
  const logger = createLogger({ level: 'error', format: 'json' });
  const configuration = loadConfiguration(environment);
  const server = await startServer(configuration, logger);
  const { serverUrl, ca, adminToken } = server.identity;
  return {
    ...{ url: serverUrl, ca, token: adminToken },
    stop: async (look) => {
      await server.stop();
      const log = openEventStore(configuration, { readOnly: true });
      for await (const page of log.readAll({ after: 0 })) page.forEach(look);
      await log.close();
      await database?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function installation(settings: Readonly<Record<string, string>>): Promise<Running> {
  const postgres = ON_POSTGRES ? await (shared ??= PostgresServer.start()) : undefined;
  const kafka = BROKERS.length > 0 ? { brokers: BROKERS, topicPrefix: `c-${randomUUID()}` } : undefined;
  const processes = await Installation.start({ env: settings, postgres, kafka });
  const { url, ca, token } = processes.gateway;
  return {
    ...{ url: url.origin, ca, token },
    stop: async (look) => {
      const log = openEventStore(loadConfiguration(processes.settings));
      for await (const page of log.readAll({ after: 0 })) page.forEach(look);
      if (kafka !== undefined) await expectPublished(log, kafka);
      await log.close();
      await processes.dispose();
    },
  };
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
