import { parseStreamName } from '#lib/events';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

/** Counts the streams of each namespace, so that a quota need not. */
export class StreamCountProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    if (!isCounted(event)) return;
    const namespace = namespaceOf(event);
    const count = streamCountOf(tables, namespace) + (event.type === 'ImageStreamCreated' ? 1 : -1);
    if (count > 0) tables.streamCounts.put([namespace], Buffer.from(`${count}`));
    else tables.streamCounts.delete([namespace]);
  }

  reads(event: AnyRecorded): readonly RowPlace[] {
    return isCounted(event) ? [['streamCounts', [namespaceOf(event)]]] : [];
  }
}

const isCounted = ({ type }: AnyRecorded): boolean => type === 'ImageStreamCreated' || type === 'ImageStreamDeleted';

function namespaceOf({ stream }: AnyRecorded): string {
  const { id } = parseStreamName(stream);
  return id.slice(0, id.indexOf('/'));
}

/** How many streams a namespace has. */
export const streamCountOf = ({ streamCounts }: Pick<Tables, 'streamCounts'>, namespace: string): number =>
  Number(streamCounts.get([namespace])?.toString() ?? 0);
