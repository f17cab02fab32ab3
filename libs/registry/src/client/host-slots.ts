import { abortError } from '../registry-error.js';

/** How many requests may run at once against one host; the others wait in line. */
export class HostSlots {
  private readonly hosts = new Map<string, Host>();

  constructor(private readonly limit: number) {}

  /**
   * Waits for a free slot of a host and takes it.
   *
   * @returns what gives it back; to be called once.
   * @throws RegistryError when the signal ends the wait.
   */
  async take(host: string, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw abortError(signal);
    const entry = this.hosts.get(host) ?? { taken: 0, waiting: new Set<() => void>() };
    this.hosts.set(host, entry);
    if (entry.taken < this.limit) entry.taken++;
    else await inLine(entry, signal);
    return () => this.giveBack(host, entry);
  }

  private giveBack(host: string, entry: Host): void {
    const [next] = entry.waiting;
    // The slot goes over to whoever waits longest, so `taken` stays.
    if (next !== undefined) return next();
    entry.taken--;
    if (entry.taken === 0) this.hosts.delete(host);
  }
}

interface Host {
  taken: number;
  /** In the order of arrival. */
  readonly waiting: Set<() => void>;
}

function inLine(host: Host, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      host.waiting.delete(enter);
      signal?.removeEventListener('abort', giveUp);
    };
    const enter = () => {
      leave();
      resolve();
    };
    const giveUp = () => {
      leave();
      reject(abortError(signal as AbortSignal));
    };
    host.waiting.add(enter);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
