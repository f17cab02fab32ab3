import { fileURLToPath } from 'node:url';
import type { LogSettings } from './log-database.js';
import { OrderedProcess } from './ordered-process.js';

/** Streams that a writer creates when it starts, each an event. */
export const WRITTEN_STREAMS = 200;

const MAIN = fileURLToPath(new URL('./log-writer-main.js', import.meta.url));

export interface WriterSettings {
  readonly log: LogSettings;
  /** Where the read models are that show what is written. */
  readonly postgres: { readonly connectionString: string; readonly schema: string };
}

export type WriterOrder =
  /** So many events as quickly as it goes, those of a stream together. */
  | { readonly do: 'fill'; readonly events: number }
  /** Single events, by so many writers who wait for each answer. */
  | { readonly do: 'write at once'; readonly writers: number; readonly seconds: number }
  /** So many events a second, ten tags of a stream at once. */
  | { readonly do: 'write'; readonly rate: number; readonly seconds: number };

/** An event with the moments, on the clock that all processes share, at which something became of it. */
export interface WrittenEvent {
  readonly position: number;
  /** When its command was given. */
  readonly begunAt: number;
  /** When the append was answered: it is in the log. */
  readonly answeredAt: number;
  /** When a read would have shown it; where that was waited for. */
  readonly shownAt?: number;
}

export interface Written {
  readonly events: readonly WrittenEvent[];
  readonly seconds: number;
}

/**
 * Pushes tags as the stream service does, command handler, decider and adapter of the store included, but without anybody
 * who asks for it over HTTP: what is measured is what becomes of the events. Waits for read models as a gateway does.
 */
export class LogWriter {
  private constructor(private readonly process: OrderedProcess<WriterOrder>) {}

  static async start(settings: WriterSettings): Promise<LogWriter> {
    return new LogWriter(await OrderedProcess.start<WriterOrder>(MAIN, settings));
  }

  get pid(): number {
    return this.process.pid;
  }

  write(order: WriterOrder): Promise<Written> {
    return this.process.order<Written>(order);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
