import { request } from 'node:https';
import { createInterface } from 'node:readline';
import type { Json } from '../../system/harness/api-client.js';
import type { Gateway } from './installation.js';

const AGAIN_MS = 100;

export interface Seen {
  readonly type: string;
  readonly name: string;
  readonly version: number;
}

/** Watches, and goes on from the last version that it saw whenever that ends. */
export class Watcher {
  readonly seen: Seen[] = [];
  /** How often it had to begin anew. */
  reconnects = -1;
  /** Whatever a watch should not say. */
  readonly offences: string[] = [];
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private version: string;

  constructor(
    private readonly gateway: Gateway,
    private readonly path: string,
    after: string,
  ) {
    this.version = after;
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.reconnects++;
      // A gateway that is away, or goes away: what was not seen yet comes with the next watch.
      await this.watch(signal).catch(() => undefined);
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  private watch(signal: AbortSignal): Promise<void> {
    const { url, ca, token } = this.gateway;
    const path = `${this.path}?watch=true&resourceVersion=${this.version}`;
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, url), { ca, signal, headers: { Authorization: `Bearer ${token}` } });
      sent.on('error', reject);
      sent.on('response', (response) => {
        response.on('error', reject);
        response.on('close', resolve);
        if (response.statusCode !== 200) {
          response.resume();
          if (![429, 503, 504].includes(response.statusCode ?? 0)) this.offences.push(`${response.statusCode}`);
          return;
        }
        // The last line of a connection that breaks may be half of one.
        const lines = createInterface({ input: response });
        lines.on('error', reject);
        lines.on('line', (line) => this.take(line));
      });
      sent.end();
    });
  }

  private take(line: string): void {
    const event = eventOf(line);
    if (event === undefined) return;
    const { type, object } = event;
    const { name = '', resourceVersion = '' } = object.metadata ?? {};
    if (type === 'ERROR') {
      if (![429, 503, 504].includes(object.code ?? 0)) this.offences.push(line);
      return;
    }
    this.version = resourceVersion;
    this.seen.push({ type, name, version: Number(resourceVersion) });
  }
}

function eventOf(line: string): { readonly type: string; readonly object: Json } | undefined {
  try {
    return JSON.parse(line) as { type: string; object: Json };
  } catch {
    return undefined;
  }
}
