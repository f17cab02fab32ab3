import fc from 'fast-check';
import { expect } from 'vitest';
import { replayStream } from '#lib/history';
import type { ImageSnapshot, Snapshot, StreamSnapshot } from '#lib/read-model';
import { plainStream } from './agreement.js';
import type { FoldedLog, Moment } from './folded-log.js';
import { split, STREAMS, type Subject } from './step.js';

/** A step that only looks. `which` picks one of the moments that have been. */
abstract class Look implements fc.AsyncCommand<FoldedLog, Subject> {
  constructor(protected readonly which: number) {}

  check = (): boolean => true;

  abstract run(log: FoldedLog, subject: Subject): Promise<void>;
}

/** Any stream as it was at an earlier position is what the log said of it then. */
class ReplayEarlier extends Look {
  override async run({ moments }: FoldedLog, { system }: Subject): Promise<void> {
    const moment = pick(moments, this.which);
    if (moment === undefined) return;
    for (const id of STREAMS) {
      const { namespace, name } = split(id);
      const replayed = await replayStream(system.store, namespace, name, { position: moment.position });
      expect(replayed && plainSnapshot(replayed)).toEqual(plainOf(moment)[`imageStream ${id}`]);
    }
  }

  override toString = (): string => `replay ${this.which}`;
}

/** Whoever knew everything at an earlier position, and was told every change since, knows everything now. */
class WatchFromEarlier extends Look {
  override async run({ moments, now }: FoldedLog, { system }: Subject): Promise<void> {
    const since = pick(
      moments.filter(({ position, complete }) => complete && position < now.position),
      this.which,
    );
    if (since === undefined) return;
    const known = plainOf(since);
    const ending = new AbortController();
    for await (const { position, changes } of system.watch().after(since.position, ending.signal)) {
      for (const { subject, before, after } of changes) {
        const key = `${subject.kind} ${subject.id}`;
        expect(plainOfSnapshot(before)).toEqual(known[key]);
        const next = plainOfSnapshot(after);
        if (next === undefined) delete known[key];
        else known[key] = next;
      }
      if (position >= now.position) ending.abort();
    }
    expect(known).toEqual(plainOf(now));
  }

  override toString = (): string => `watch from ${this.which}`;
}

/** Read models that are built anew are the same, byte for byte. */
class Rebuild extends Look {
  override async run(log: FoldedLog, { system, projected }: Subject): Promise<void> {
    const { stored } = await system.project(`rebuilt-${log.now.position}-${this.which}.lmdb`);
    expect(stored.digest()).toBe(projected.stored.digest());
  }

  override toString = (): string => 'rebuild';
}

const pick = (moments: readonly Moment[], which: number): Moment | undefined => moments[which % moments.length];

const plainSnapshot = ({ header, version, tags }: StreamSnapshot) =>
  header && plainStream({ header, version, tags: tags.entries() });

const plainOfSnapshot = (snapshot: Snapshot): unknown => {
  switch (snapshot.kind) {
    case 'imageStream':
      return plainSnapshot(snapshot);
    case 'image':
      return plainImage(snapshot);
    default:
      throw new Error(`nobody watches ${snapshot.kind}`);
  }
};

const plainImage = ({ image, signatures, version }: Omit<ImageSnapshot, 'kind'>) =>
  image && { image, signatures, version };

/** Everything of a moment, by kind and name. */
const plainOf = ({ streams, images }: Moment): Record<string, unknown> => {
  const plain: Record<string, unknown> = {};
  for (const [id, stream] of streams) plain[`imageStream ${id}`] = plainStream(stream);
  for (const [name, image] of images) plain[`image ${name}`] = plainImage(image);
  return plain;
};

const which = fc.nat(1_000);

/** What only looks. */
export const looks = [
  { weight: 2, arbitrary: which.map((at) => new ReplayEarlier(at)) },
  { weight: 1, arbitrary: which.map((at) => new WatchFromEarlier(at)) },
  { weight: 1, arbitrary: which.map((at) => new Rebuild(at)) },
];
