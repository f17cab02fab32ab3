import type fc from 'fast-check';
import { expect } from 'vitest';
import { Refusal, type RefusalCode } from '#lib/event-store';
import type { RecordedEvent } from '#lib/events';
import type { StreamCaller } from '#lib/stream';
import { assertAgreement, assertStreamImages } from './agreement.js';
import type { FoldedLog, FoldedStream } from './folded-log.js';
import type { ImageSystem, Projected } from './image-system.js';

/** What the steps are about. Few, so that they meet. */
export const STREAMS = ['one/app', 'one/base', 'two/app'] as const;
export const TAGS = ['latest', 'v1', 'v2'] as const;
export const IMAGES = ['a', 'b', 'c', 'd', 'e'].map((letter) => `sha256:${letter.repeat(64)}`);

export type StreamId = (typeof STREAMS)[number];

/** What a run acts on. */
export interface Subject {
  readonly system: ImageSystem;
  readonly projected: Projected;
  /** A second later with every step. */
  readonly clock: () => Date;
}

/** What happens in a step. Names the codes with which the domain may refuse, as the log before tells. */
export interface Act {
  readonly refusals: readonly (RefusalCode | 'none')[];
  readonly run: () => Promise<unknown>;
  /** What has to be seen when it was not refused. */
  readonly then?: (log: FoldedLog, events: readonly RecordedEvent[]) => void;
}

/** A step of the model: acts, and holds everything that can be read against the log. */
export class Step implements fc.AsyncCommand<FoldedLog, Subject> {
  constructor(
    private readonly text: string,
    private readonly act: (log: FoldedLog, subject: Subject) => Act,
    readonly check: (log: Readonly<FoldedLog>) => boolean = () => true,
  ) {}

  async run(log: FoldedLog, subject: Subject): Promise<void> {
    const { refusals, run, then } = this.act(log, subject);
    const outcome = await run().then(
      () => 'none' as const,
      (error: unknown) => {
        if (error instanceof Refusal) return error.code;
        throw error;
      },
    );
    expect(refusals).toContain(outcome);
    const events = await log.catchUp();
    if (outcome === 'none') then?.(log, events);
    else expect(events).toEqual([]);
    await assertAgreement(log, subject.projected, { streams: STREAMS, images: IMAGES });
    await assertStreamImages(log, subject.system, subject.projected, IMAGES);
  }

  toString(): string {
    return this.text;
  }
}

export const CALLER: StreamCaller = { actor: { user: 'alice', groups: ['developers'] } };

export const split = (id: StreamId): { namespace: string; name: string } => {
  const [namespace = '', name = ''] = id.split('/');
  return { namespace, name };
};

export const creationOf = (id: StreamId, { clock }: Subject) => ({ ...split(id), uid: `uid-${clock().getTime()}` });

export const streamIn = (log: FoldedLog, id: StreamId): FoldedStream | undefined => log.now.streams.get(id);

export const headOf = (log: FoldedLog, id: StreamId, tag: string): string | undefined =>
  streamIn(log, id)?.tags.get(tag)?.history.head?.image;
