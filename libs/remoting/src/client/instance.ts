import { pause } from '#lib/event-store';
import { ClientConnection, type ClientConnectionOptions } from './client-connection.js';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/** One instance of a service, to which a connection is kept for as long as it can be. */
export class Instance {
  private readonly stopping = new AbortController();
  private readonly loop: Promise<void>;
  private current: ClientConnection | undefined;

  constructor(
    private readonly options: ClientConnectionOptions,
    private readonly onChange: (why?: unknown) => void,
  ) {
    this.loop = this.keepConnected();
  }

  /** The connection where calls may be sent now. */
  get connection(): ClientConnection | undefined {
    return this.current?.takesCalls ? this.current : undefined;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.current?.destroy();
    await this.loop;
  }

  private async keepConnected(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        this.current = await ClientConnection.open(this.options, signal);
        if (signal.aborted) this.current.destroy();
        this.onChange();
        failures = 0;
        await this.current.closed;
        this.onChange(new Error('the connection ended'));
      } catch (error) {
        this.onChange(error);
      }
      this.current = undefined;
      await pause(between(Math.min(FIRST_RETRY_MS * 2 ** failures++, LAST_RETRY_MS)), signal);
    }
  }
}

/** Many that lost the same server do not come back in the same moment. */
const between = (most: number): number => most / 2 + (Math.random() * most) / 2;
