import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface Question {
  readonly method?: string;
  readonly path?: string;
  /** Absent: nobody in particular asks. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: object;
  /** The certificate that the client shows, with its key. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Enough to know how the answer begins: for watches, which do not end. */
  readonly statusOnly?: boolean;
}

/** A whole server in this process, over HTTPS, on data of its own. */
export class AccessServer {
  /** Clients that show a certificate, by it. */
  private readonly shown = new Map<string, Agent>();

  private constructor(
    private server: RunningServer,
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly agent: Agent,
  ) {}

  /**
   * @param files - written before the start, by their paths.
   * @param settings - environment variables; a value that names one of the files, or a folder of some, becomes its path.
   */
  static async start(
    files: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, string>>,
  ): Promise<AccessServer> {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-access-'));
    try {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      const isOurs = (value: string): boolean =>
        value in files || Object.keys(files).some((name) => dirname(name) === value);
      const environment: Record<string, string> = {
        TAGLINE_DATA_DIR: join(folder, 'data'),
        TAGLINE_LISTEN: '127.0.0.1:0',
        ...Object.fromEntries(
          Object.entries(settings).map(([key, value]) => [key, isOurs(value) ? join(folder, value) : value]),
        ),
      };
      const server = await running(environment);
      return new AccessServer(server, folder, environment, new Agent({ connect: { ca: server.identity.ca } }));
    } catch (error) {
      // What was opened before the failure may still be making its files.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      throw error;
    }
  }

  /** Stops, and starts again on the same data with the files as they are now. */
  async restart(): Promise<void> {
    await this.server.stop();
    this.server = await running(this.environment);
  }

  get url(): string {
    return this.server.identity.serverUrl;
  }

  /** PEM of the authority that clients must trust. */
  get ca(): string {
    return this.server.identity.ca ?? '';
  }

  get adminToken(): string {
    return this.server.identity.adminToken;
  }

  async ask({
    method = 'GET',
    path = '/',
    token,
    headers = {},
    body,
    certificate,
    statusOnly = false,
  }: Question): Promise<Answer> {
    const abort = new AbortController();
    const response = await request(`${this.server.identity.serverUrl}${path}`, {
      method,
      dispatcher: certificate === undefined ? this.agent : this.showing(certificate),
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

  /** Gives somebody a role of the cluster in a namespace. */
  async give(namespace: string, role: string, subject: object): Promise<void> {
    const { status } = await this.asAdmin(
      'POST',
      `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
      {
        metadata: { generateName: 'given-' },
        roleRef: { kind: 'ClusterRole', name: role },
        subjects: [subject],
      },
    );
    if (status !== 201) throw new Error(`the role was not given: ${status}`);
  }

  /** What the administrator gets, as text: for answers that are no single object. */
  async read(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const headers = { authorization: `Bearer ${this.adminToken}` };
    const { statusCode, body } = await request(`${this.url}${path}`, { dispatcher: this.agent, headers });
    return { status: statusCode, text: await body.text() };
  }

  /** Who the server takes the sender of a question to be; its status where it does not know. */
  async whoIs(question: Question): Promise<UserInfo | number> {
    const { status, body } = await this.ask({
      ...question,
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: {},
    });
    return status === 201 ? (body['status'] as { readonly userInfo: UserInfo }).userInfo : status;
  }

  /** A path in the folder that the server's files are in. */
  file(name: string): string {
    return join(this.folder, name);
  }

  refreshCertificates(): Promise<void> {
    return this.server.refreshCertificates();
  }

  /** Closes connections, so that the next question is asked over a new one. */
  async hangUp(): Promise<void> {
    await Promise.all([...this.shown.values()].map((agent) => agent.destroy()));
    this.shown.clear();
  }

  private showing(certificate: { readonly cert: string; readonly key: string }): Agent {
    const { cert } = certificate;
    const agent = this.shown.get(cert) ?? new Agent({ connect: { ca: this.server.identity.ca, ...certificate } });
    this.shown.set(cert, agent);
    return agent;
  }

  async stop(): Promise<void> {
    for (const agent of [this.agent, ...this.shown.values()]) await agent.destroy();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const running = (environment: Readonly<Record<string, string>>): Promise<RunningServer> =>
  startServer(loadConfiguration(environment), createLogger({ level: 'silent', format: 'json' }));

const contentType = (method: string): string =>
  method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
