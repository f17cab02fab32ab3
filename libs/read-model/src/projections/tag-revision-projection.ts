import { parseStreamName, tagOf, type ImageStreamEvent, type RecordedEvent } from '#lib/events';
import { decodeNewest } from '../documents/tag-document.js';
import type { RevisionKind, TagRevision } from '../documents/tag-revision.js';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

type StreamEvent = RecordedEvent & ImageStreamEvent;
type Step = Pick<TagRevision, 'kind' | 'from' | 'to' | 'toReference' | 'generation' | 'cause'>;

/**
 * Keeps every move of every tag, for ever: a deleted tag's moves stay too.
 *
 * Runs before the projection of the streams, whose tables it reads as they were before the event.
 */
export class TagRevisionProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    const { aggregate, id } = parseStreamName(event.stream);
    if (aggregate !== 'imageStream') return;
    const slash = id.indexOf('/');
    const [namespace, stream] = [id.slice(0, slash), id.slice(slash + 1)];
    const streamEvent = event as StreamEvent;
    if (streamEvent.type === 'ImageStreamDeleted') {
      for (const { key, value } of tables.tags.under([namespace, stream])) {
        const tag = String(key[2]);
        const from = decodeNewest(tag, value).history.head?.image;
        if (from !== undefined) put(tables, event, namespace, stream, tag, optional('StreamDeleted', { from }));
      }
      return;
    }
    const tag = tagOf(streamEvent);
    const step = stepOf(streamEvent);
    if (tag !== undefined && step !== undefined) put(tables, event, namespace, stream, tag, step);
  }

  reads(): readonly RowPlace[] {
    return [];
  }
}

/** What an event says about which image a tag shows; `undefined` for events that leave it alone. */
function stepOf(event: StreamEvent): Step | undefined {
  switch (event.type) {
    case 'TagPushed':
      return moved('Pushed', event.data);
    case 'TagImported':
      return moved('Imported', event.data, event.data.importUid && `import ${event.data.importUid}`);
    case 'TagFollowed':
      return moved('Followed', event.data, `tag ${event.data.followed}`);
    case 'TagResolved': {
      const { kind = '', namespace, name = '' } = event.data.from;
      return moved('Resolved', event.data, `${kind} ${namespace ? `${namespace}/` : ''}${name}`);
    }
    case 'TagDeleted':
      return event.data.previousImage === undefined
        ? undefined
        : optional('Deleted', { from: event.data.previousImage });
    case 'TagHistoryPruned':
      return optional('Pruned', {});
    case 'TagStatusReplaced': {
      const [head] = event.data.items;
      return optional('StatusReplaced', {
        from: event.data.previousImage,
        to: head?.image,
        toReference: head?.dockerImageReference,
        generation: head?.generation,
      });
    }
    default:
      return undefined;
  }
}

function moved(
  kind: RevisionKind,
  data: {
    item: { image: string; dockerImageReference: string; generation: number };
    move: string;
    previousImage?: string;
  },
  cause?: string,
): Step | undefined {
  if (data.move === 'unchanged') return undefined;
  const { image, dockerImageReference, generation } = data.item;
  return optional(kind, { from: data.previousImage, to: image, toReference: dockerImageReference, generation, cause });
}

/** A step without the parts that are not known. */
function optional(kind: RevisionKind, parts: { [K in keyof Step]?: Step[K] | undefined }): Step {
  return {
    kind,
    ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== '')),
  };
}

function put(
  tables: Tables,
  { position, metadata }: AnyRecorded,
  namespace: string,
  stream: string,
  tag: string,
  step: Step,
): void {
  const { time, actor, userAgent, sourceAddress, requestId, cause, changeCause, id: eventId } = metadata;
  const why = step.cause ?? cause;
  const revision: TagRevision = {
    namespace,
    stream,
    tag,
    position,
    time,
    ...step,
    actor,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(why === undefined ? {} : { cause: why }),
    ...(changeCause === undefined ? {} : { changeCause }),
    eventId,
  };
  tables.tagRevisions.put([namespace, stream, tag, position], Buffer.from(JSON.stringify(revision)));
}
