import { parseStreamName } from '#lib/events';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection } from './projection.js';

/** Counts the streams of each namespace, so that a quota need not. */
export class StreamCountProjection implements Projection {
  apply(event: AnyRecorded, tables: Tables): void {
    if (event.type !== 'ImageStreamCreated' && event.type !== 'ImageStreamDeleted') return;
    const { id } = parseStreamName(event.stream);
    const namespace = id.slice(0, id.indexOf('/'));
    const count = streamCountOf(tables, namespace) + (event.type === 'ImageStreamCreated' ? 1 : -1);
    if (count > 0) tables.streamCounts.put([namespace], Buffer.from(`${count}`));
    else tables.streamCounts.delete([namespace]);
  }
}

/** How many streams a namespace has. */
export const streamCountOf = ({ streamCounts }: Pick<Tables, 'streamCounts'>, namespace: string): number =>
  Number(streamCounts.get([namespace])?.toString() ?? 0);
