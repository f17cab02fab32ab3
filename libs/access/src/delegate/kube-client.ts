import { isDeepStrictEqual } from 'node:util';
import { Agent, request } from 'undici';
import type { CredentialSource, KubeCredentials } from './kube-credentials.js';

export interface KubeClientOptions {
  readonly credentials: CredentialSource;
  /** Milliseconds that a question may take. */
  readonly timeoutMs: number;
  /** Told of each question when it is answered, or not. */
  readonly onAsked?: (asked: Asked) => void;
}

export interface Asked {
  /** The resource that was asked: `subjectaccessreviews`. */
  readonly resource: string;
  /** `answered`, or `failed` when there was no answer that could be used. */
  readonly result: 'answered' | 'failed';
  readonly seconds: number;
}

/** The API server did not answer, or with something that cannot be used. The message holds nothing that was sent. */
export class KubeUnavailableError extends Error {
  override readonly name = 'KubeUnavailableError';
}

/** The API server has an answer other than success. */
export class KubeRefusedError extends Error {
  override readonly name = 'KubeRefusedError';

  constructor(
    resource: string,
    readonly code: number,
  ) {
    super(`the API server answers to ${resource} with status ${code}`);
  }
}

export type KubeObjectJson = Readonly<Record<string, unknown>>;

const MAX_BYTES = 2 * 1024 * 1024;
const MAX_UNDER_WAY = 256;
const CONNECTIONS = 16;
/** Credentials are read again this often, and when they are refused. */
const REREAD_MS = 60_000;
const USER_AGENT = 'tagline';

interface Connection {
  readonly credentials: KubeCredentials;
  readonly agent: Agent;
}

/** Asks a Kubernetes API server, with bounds on everything. */
export class KubeClient {
  private connection: Connection | undefined;
  private readAt = 0;
  private underWay = 0;

  constructor(private readonly options: KubeClientOptions) {}

  /**
   * @param path - of the API: `/apis/authentication.k8s.io/v1/tokenreviews`.
   * @throws KubeRefusedError, KubeUnavailableError.
   */
  get(path: string): Promise<KubeObjectJson> {
    return this.ask('GET', path);
  }

  /** @throws KubeRefusedError, KubeUnavailableError. */
  post(path: string, body: object): Promise<KubeObjectJson> {
    return this.ask('POST', path, JSON.stringify(body));
  }

  async close(): Promise<void> {
    await this.connection?.agent.destroy();
  }

  private async ask(method: 'GET' | 'POST', path: string, body?: string): Promise<KubeObjectJson> {
    const resource = /\/v1\/(?:namespaces\/[^/]+\/(?=[^/?]))?([^/?]+)/.exec(path)?.[1] ?? path;
    const started = process.hrtime.bigint();
    let result: Asked['result'] = 'failed';
    if (this.underWay >= MAX_UNDER_WAY) throw new KubeUnavailableError('too many questions are under way');
    this.underWay++;
    try {
      const signal = AbortSignal.timeout(this.options.timeoutMs);
      let answer = await this.send(await this.connected(), method, path, body, signal);
      if (answer.code === 401) {
        // A token that was renewed may be in its file by now.
        answer = await this.send(await this.connected(true), method, path, body, signal);
      }
      if (answer.code < 200 || answer.code > 299) throw new KubeRefusedError(resource, answer.code);
      const object = objectIn(answer.text);
      result = 'answered';
      return object;
    } catch (error) {
      if (error instanceof KubeRefusedError) {
        if (error.code === 404 || error.code === 403) result = 'answered';
        throw error;
      }
      if (error instanceof KubeUnavailableError) throw error;
      throw new KubeUnavailableError(`the API server cannot be asked for ${resource}: ${reasonOf(error)}`);
    } finally {
      this.underWay--;
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      this.options.onAsked?.({ resource, result, seconds });
    }
  }

  private async send(
    { credentials, agent }: Connection,
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly code: number; readonly text: string }> {
    const { server, token } = credentials;
    const response = await request(`${server}${path}`, {
      ...{ method, dispatcher: agent, signal },
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response.body) {
      const bytes = chunk as Buffer;
      length += bytes.length;
      if (length > MAX_BYTES)
        throw new KubeUnavailableError(`the API server answers with more than ${MAX_BYTES} bytes`);
      chunks.push(bytes);
    }
    return { code: response.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  }

  /** A connection with credentials that are not older than a minute. Those that cannot be read again go on to be used. */
  private async connected(anew = false): Promise<Connection> {
    const { connection } = this;
    if (connection !== undefined && !anew && Date.now() - this.readAt < REREAD_MS) return connection;
    this.readAt = Date.now();
    try {
      const credentials = await this.options.credentials();
      if (this.connection !== undefined && isDeepStrictEqual(credentials, this.connection.credentials)) {
        return this.connection;
      }
      const former = this.connection;
      this.connection = { credentials, agent: agentFor(credentials) };
      // What it is asked still is answered.
      void former?.agent.close();
      return this.connection;
    } catch (error) {
      if (connection === undefined) throw error;
      return connection;
    }
  }
}

const agentFor = ({ ca, certificate, serverName }: KubeCredentials): Agent =>
  new Agent({
    connections: CONNECTIONS,
    connect: {
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...certificate,
    },
  });

function objectIn(text: string): KubeObjectJson {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as KubeObjectJson;
  } catch {
    // Said below.
  }
  throw new KubeUnavailableError('the API server answers with something else than an object in JSON');
}

/** Why a connection failed, without what was sent over it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
