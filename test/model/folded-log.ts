import {
  ABSENT_TAG,
  ChainVerifier,
  completesCommand,
  foldHeader,
  foldImage,
  foldSignatures,
  foldTag,
  isAbsent,
  parseStreamName,
  tagOf,
  type ImageEvent,
  type ImageSignaturesEvent,
  type ImageState,
  type ImageStreamEvent,
  type Position,
  type RecordedEvent,
  type SignaturesState,
  type StreamHeader,
  type StreamName,
  type TagState,
} from '#lib/events';
import type { EventStore } from '#lib/event-store';

/** A stream as its events tell of it. */
export interface FoldedStream {
  readonly header: StreamHeader;
  readonly version: Position;
  readonly tags: ReadonlyMap<string, TagState>;
}

/** An image with its signatures. */
export interface FoldedImage {
  readonly image: ImageState;
  readonly signatures: SignaturesState;
  readonly version: Position;
}

/** Everything as of one event. */
export interface Moment {
  readonly position: Position;
  /** By `namespace/name`. */
  readonly streams: ReadonlyMap<string, FoldedStream>;
  readonly images: ReadonlyMap<string, FoldedImage>;
  /** No command is half done. */
  readonly complete: boolean;
}

const START: Moment = { position: 0, streams: new Map(), images: new Map(), complete: true };

/**
 * What the log says, made with nothing but the folds of `libs/events`: what every other way of telling it is held
 * against. Reads only what is new, and checks what must hold of any log while it does.
 */
export class FoldedLog {
  /** One for every event; the first is before all of them. */
  readonly moments: Moment[] = [START];
  /** Tags, as `namespace/name:tag`, whose history may hold items that are older than those below them. */
  readonly rewritten = new Set<string>();
  private readonly chains = new Map<StreamName, ChainVerifier>();

  /** @param gap - how far apart two events that follow each other are. */
  constructor(
    private readonly store: EventStore,
    private readonly gap: number,
  ) {}

  get now(): Moment {
    return this.moments.at(-1) ?? START;
  }

  /** @returns the events that have come since the last time. */
  async catchUp(): Promise<readonly RecordedEvent[]> {
    const news: RecordedEvent[] = [];
    for await (const page of this.store.readAll({ after: this.now.position })) news.push(...page);
    for (const event of news) this.take(event);
    return news;
  }

  private take(event: RecordedEvent): void {
    const before = this.now;
    if (event.position !== before.position + this.gap) throw new Error(`${event.position} follows ${before.position}`);
    const chain = this.chains.get(event.stream) ?? new ChainVerifier();
    this.chains.set(event.stream, chain);
    const broken = chain.check(event);
    if (broken !== undefined) throw new Error(`${broken.stream}, revision ${broken.revision}: ${broken.why}`);
    const { position } = event;
    const complete = completesCommand(event.metadata);
    const { aggregate, id } = parseStreamName(event.stream);
    switch (aggregate) {
      case 'imageStream': {
        const streamEvent = event as RecordedEvent & ImageStreamEvent;
        const stream = foldStream(before.streams.get(id), streamEvent);
        this.noteOrder(id, streamEvent);
        this.moments.push({ ...before, position, complete, streams: changed(before.streams, id, stream) });
        break;
      }
      case 'image':
      case 'imageSignatures': {
        const image = foldWithSignatures(before.images.get(id), event);
        this.moments.push({ ...before, position, complete, images: changed(before.images, id, image) });
        break;
      }
      default:
        throw new Error(`no command of this model writes to ${event.stream}`);
    }
  }

  /** An item that comes from another tag, or from a client, keeps the time that it has there. */
  private noteOrder(id: string, event: ImageStreamEvent): void {
    switch (event.type) {
      case 'TagResolved':
      case 'TagFollowed':
      case 'TagStatusReplaced':
        this.rewritten.add(`${id}:${event.data.tag}`);
        break;
      case 'TagDeleted':
        this.rewritten.delete(`${id}:${event.data.tag}`);
        break;
      default:
    }
  }
}

function foldStream(
  before: FoldedStream | undefined,
  event: RecordedEvent & ImageStreamEvent,
): FoldedStream | undefined {
  const header = foldHeader(before?.header, event);
  if (header === undefined) return undefined;
  const sameLife = before?.header.uid === header.uid;
  if (sameLife && header.generation < before.header.generation) throw new Error('the generation of a stream fell');
  const tags = before?.tags ?? new Map<string, TagState>();
  const tag = tagOf(event);
  if (tag === undefined) return { header, version: event.position, tags };
  const state = foldTag(tags.get(tag) ?? ABSENT_TAG, event);
  return { header, version: event.position, tags: changed(tags, tag, isAbsent(state) ? undefined : state) };
}

function foldWithSignatures(before: FoldedImage | undefined, event: RecordedEvent): FoldedImage | undefined {
  const { position: version } = event;
  if (parseStreamName(event.stream).aggregate === 'imageSignatures') {
    const signatures = foldSignatures(before?.signatures ?? [], event as RecordedEvent & ImageSignaturesEvent);
    return before && { ...before, signatures, version };
  }
  const image = foldImage(before?.image, event as RecordedEvent & ImageEvent);
  return image && { image, signatures: before?.signatures ?? [], version };
}

function changed<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}
