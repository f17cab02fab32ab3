import type { Position, StreamHeader } from '#lib/events';

/** A stream without its tags. */
export interface StreamDocument {
  readonly header: StreamHeader;
  /** Position of the stream's last event: its `resourceVersion`. */
  readonly version: Position;
}

export const encodeStream = (document: StreamDocument): Buffer => Buffer.from(JSON.stringify(document));

export const decodeStream = (stored: Buffer): StreamDocument => JSON.parse(stored.toString('utf8')) as StreamDocument;
