import { Map as PersistentMap } from 'immutable';
import type { ImageStreamEvent, StreamHeader, TagItem, TagReference, TagState } from '#lib/events';
import { clientDefaults, daemonMinimal, exact, InvalidReferenceError, parseReference } from '#lib/registry';

/** How often each member of a set occurs. Its size is that of the set. */
type Counts = PersistentMap<string, number>;
type Own = Pick<StreamHeader, 'namespace'>;

const NOTHING: Counts = PersistentMap();

/**
 * What a stream takes of the limits of its namespace: the images in its histories, and what its spec tags refer to, each
 * counted once however many tags have it. Immutable, and carried from event to event at the cost of that event.
 */
export class StreamUsage {
  static readonly none = new StreamUsage(NOTHING, NOTHING);

  private constructor(
    private readonly imageCounts: Counts,
    private readonly referenceCounts: Counts,
  ) {}

  /** Counts everything. */
  static of(own: Own, tags: Iterable<TagState>): StreamUsage {
    const images = NOTHING.asMutable();
    const references = NOTHING.asMutable();
    for (const { spec, history } of tags) {
      for (const { image } of history) step(images, image, 1);
      step(references, countedReference(spec, own), 1);
    }
    return new StreamUsage(images.asImmutable(), references.asImmutable());
  }

  get images(): number {
    return this.imageCounts.size;
  }

  get references(): number {
    return this.referenceCounts.size;
  }

  /** Whether there is an image or a reference that another usage does not have. */
  hasNew(members: Iterable<Member>, before: StreamUsage): boolean {
    for (const { image, reference } of members) {
      if (isNew(image, this.imageCounts, before.imageCounts)) return true;
      if (isNew(reference, this.referenceCounts, before.referenceCounts)) return true;
    }
    return false;
  }

  /** The usage after an event has made one state of a tag into another. */
  after(event: ImageStreamEvent, own: Own, before: TagState, after: TagState): StreamUsage {
    const images = this.imageCounts.withMutations((counts) => {
      const { added, removed } = itemsOf(event, before, after);
      for (const { image } of added) step(counts, image, 1);
      for (const { image } of removed) step(counts, image, -1);
    });
    if (before.spec === after.spec) return new StreamUsage(images, this.referenceCounts);
    const references = this.referenceCounts.withMutations((counts) => {
      step(counts, countedReference(after.spec, own), 1);
      step(counts, countedReference(before.spec, own), -1);
    });
    return new StreamUsage(images, references);
  }
}

/** What an event may bring into a stream. */
export interface Member {
  readonly image?: string | undefined;
  readonly reference?: string | undefined;
}

/** The images and the reference that an event names. */
export function membersOf(event: ImageStreamEvent, own: Own): readonly Member[] {
  if (event.type === 'TagSpecified') return [{ reference: countedReference(event.data.reference, own) }];
  if (event.type === 'TagStatusReplaced') return event.data.items;
  return 'item' in event.data ? [event.data.item] : [];
}

/**
 * What a spec tag refers to, in the one spelling in which it counts. A tag that tracks another one of its stream refers
 * to nothing, and neither does one whose reference cannot be read.
 */
export function countedReference(spec: TagReference | null, { namespace: ownNamespace }: Own): string | undefined {
  const { kind, name = '', namespace = '' } = spec?.from ?? {};
  switch (kind) {
    case 'DockerImage':
      return pullSpec(name);
    case 'ImageStreamImage':
      return inNamespace(name, '@', namespace || ownNamespace);
    case 'ImageStreamTag':
      return inNamespace(name, ':', namespace || ownNamespace);
    default:
      return undefined;
  }
}

function pullSpec(text: string): string | undefined {
  try {
    return exact(daemonMinimal(clientDefaults(parseReference(text)))) || undefined;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return undefined;
    throw error;
  }
}

/** `[<namespace>/]<stream><separator><id>` with its namespace. */
function inNamespace(name: string, separator: string, namespace: string): string | undefined {
  const [stream, id, ...rest] = name.split(separator);
  if (!stream || !id || rest.length > 0) return undefined;
  return stream.includes('/') ? name : `${namespace}/${name}`;
}

interface Moved {
  readonly added: Iterable<TagItem>;
  readonly removed: Iterable<TagItem>;
}

function itemsOf(event: ImageStreamEvent, before: TagState, after: TagState): Moved {
  switch (event.type) {
    case 'TagPushed':
    case 'TagResolved':
    case 'TagImported':
    case 'TagFollowed':
      return moved(event.data, before);
    case 'TagDeleted':
    case 'TagHistoryPruned':
    case 'TagStatusReplaced':
      return { added: after.history, removed: before.history };
    default:
      return { added: [], removed: [] };
  }
}

function moved({ item, move }: { readonly item: TagItem; readonly move: string }, { history }: TagState): Moved {
  if (move === 'unchanged') return { added: [], removed: [] };
  const { head } = history;
  return { added: [item], removed: move === 'headReplaced' && head !== undefined ? [head] : [] };
}

function step(counts: Counts, member: string | undefined, by: 1 | -1): void {
  if (!member) return;
  const count = (counts.get(member) ?? 0) + by;
  if (count > 0) counts.set(member, count);
  else counts.delete(member);
}

const isNew = (member: string | undefined, now: Counts, before: Counts): boolean =>
  member !== undefined && now.has(member) && !before.has(member);
