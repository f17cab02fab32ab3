import { fileURLToPath } from 'node:url';
import { OrderedProcess } from './ordered-process.js';

const MAIN = fileURLToPath(new URL('./feed-consumer-main.js', import.meta.url));

export interface ConsumerSettings {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
}

export interface ConsumerOrder {
  /** How many events are awaited, of those that were not handed out before. */
  readonly events: number;
}

/** When an event came, on the clock that all processes share. */
export type Received = readonly [position: number, at: number];

/** Somebody else's consumer of the events of image streams, who reads what is committed. */
export class FeedConsumer {
  private constructor(private readonly process: OrderedProcess<ConsumerOrder>) {}

  static async start(settings: ConsumerSettings): Promise<FeedConsumer> {
    return new FeedConsumer(await OrderedProcess.start<ConsumerOrder>(MAIN, settings));
  }

  get pid(): number {
    return this.process.pid;
  }

  /** The events that came since this was asked last, as soon as there are so many. */
  next(events: number): Promise<readonly Received[]> {
    return this.process.order<readonly Received[]>({ events });
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
