import { Agent, request } from 'node:https';

export interface ApiClientOptions {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly token?: string | undefined;
  /** Connections that are kept open. Default 1. */
  readonly connections?: number;
}

export interface Answer {
  readonly code: number;
  readonly body: Json;
  readonly text: string;
}

/** JSON as a test reads it: what is not there shows as undefined, and an assertion says so. */
export interface Json {
  readonly [key: string]: unknown;
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly name?: string; readonly kind?: string; readonly causes?: readonly Cause[] };
  readonly metadata?: Metadata;
  readonly items?: readonly Json[];
}

export interface Metadata {
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Cause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export const GROUP = '/apis/image.openshift.io/v1';

/** Speaks HTTPS to the server, for what kubectl would not send, or not 64 times at once. */
export class ApiClient {
  private readonly agent: Agent;

  constructor(
    private readonly url: URL,
    private readonly options: ApiClientOptions,
  ) {
    const { ca, connections = 1 } = options;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, ca });
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, body);
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send('DELETE', path, body);
  }

  patch(path: string, body: unknown, type: 'json' | 'merge' | 'strategic-merge' = 'merge'): Promise<Answer> {
    return this.send('PATCH', path, body, `application/${type}-patch+json`);
  }

  /**
   * Sends one request.
   *
   * @param body a text is sent as it is, anything else as JSON.
   * @throws Error when the connection fails before the answer is complete.
   */
  send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const { token, headers } = this.options;
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.url), {
        method,
        agent: this.agent,
        headers: {
          Accept: 'application/json',
          ...headers,
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(payload !== undefined && { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(payload) }),
        },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (!response.complete) reject(new Error('the answer was cut off'));
          else resolve({ code: response.statusCode ?? 0, text, body: jsonOf(text) });
        });
      });
      sent.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
