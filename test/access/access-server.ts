import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { loadConfiguration } from '#lib/config';
import { createLogger } from '#lib/observability';
import { startServer, type RunningServer } from '../../apps/tagline/src/server.js';

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** JSON as a test reads it: what is not there is undefined, and an assertion says so. */
export interface Json {
  readonly [key: string]: unknown;
  readonly message?: string;
  readonly reason?: string;
}

export interface Question {
  readonly method: string;
  readonly path: string;
  /** Absent: nobody in particular asks. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: object;
  /** Enough to know how the answer begins: for watches, which do not end. */
  readonly statusOnly?: boolean;
}

/** A whole server in this process, over HTTPS, on data of its own. */
export class AccessServer {
  private constructor(
    private readonly server: RunningServer,
    private readonly folder: string,
    private readonly agent: Agent,
  ) {}

  /**
   * @param files - written before the start, by their names.
   * @param settings - environment variables; a value that names one of the files becomes its path.
   */
  static async start(
    files: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, string>>,
    client: Agent.Options['connect'] = {},
  ): Promise<AccessServer> {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-access-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const resolved = Object.entries(settings).map(([key, value]) => [
      key,
      value in files ? join(folder, value) : value,
    ]);
    const configuration = loadConfiguration({
      TAGLINE_DATA_DIR: join(folder, 'data'),
      TAGLINE_LISTEN: '127.0.0.1:0',
      ...(Object.fromEntries(resolved) as Record<string, string>),
    });
    const server = await startServer(configuration, createLogger({ level: 'error', format: 'json' }));
    const agent = new Agent({ connect: { ca: server.identity.ca, ...client } });
    return new AccessServer(server, folder, agent);
  }

  get adminToken(): string {
    return this.server.identity.adminToken;
  }

  async ask({ method, path, token, headers = {}, body, statusOnly = false }: Question): Promise<Answer> {
    const abort = new AbortController();
    const response = await request(`${this.server.identity.serverUrl}${path}`, {
      method,
      dispatcher: this.agent,
      signal: abort.signal,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType(method) }),
        ...headers,
      } as Record<string, string | string[]>,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (statusOnly && response.statusCode === 200) {
      response.body.on('error', () => undefined);
      abort.abort();
      return { status: 200, body: {} };
    }
    const text = await response.body.text();
    return { status: response.statusCode, body: parsed(text) };
  }

  asAdmin(method: string, path: string, body?: object): Promise<Answer> {
    return this.ask({ method, path, token: this.adminToken, ...(body === undefined ? {} : { body }) });
  }

  async stop(): Promise<void> {
    await this.agent.destroy();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const contentType = (method: string): string =>
  method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
