import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { parseStreamName, type RecordedEvent, type StreamName } from '#lib/events';
import { cloudEvent, cloudEventReference, cloudEventType, JSON_TYPE, type CloudEvent } from '../cloud-event.js';
import type { FeedEvent } from '../feed-event.js';
import { TOPIC_OF, type EventTopic } from '../topics.js';

/** A message with the size that it will have in a batch, or a little more. */
export interface EventMessage {
  readonly topic: EventTopic;
  readonly message: Message;
  readonly bytes: number;
  /** Whether it only refers to the event. */
  readonly isReference: boolean;
}

/** Length fields, offsets and what a batch says of itself. */
const RECORD_OVERHEAD = 128;
const HEADER_OVERHEAD = 8;

/**
 * An event as a Kafka message, in the binary mode of CloudEvents: attributes are headers, the value is the data. Its key is
 * the aggregate's stream, so that one partition has all of an aggregate's events.
 *
 * @param maxBytes - what is longer is referred to.
 */
export function eventMessage(event: RecordedEvent, source: string, maxBytes: number): EventMessage {
  const whole = asMessage(event, cloudEvent(event, source), false);
  if (whole.bytes <= maxBytes) return whole;
  return asMessage(event, cloudEventReference(event, source, Buffer.byteLength(whole.message.value ?? '')), true);
}

function asMessage({ stream }: RecordedEvent, event: CloudEvent, isReference: boolean): EventMessage {
  const headers: Record<string, string> = { 'content-type': event.contentType };
  for (const [name, value] of Object.entries(event.attributes)) headers[`ce_${name}`] = value;
  const bytes = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + HEADER_OVERHEAD + name.length + Buffer.byteLength(value),
    RECORD_OVERHEAD + Buffer.byteLength(stream) + Buffer.byteLength(event.data),
  );
  const topic = TOPIC_OF[parseStreamName(stream).aggregate];
  return { topic, message: { key: stream, value: event.data, headers }, bytes, isReference };
}

/** A message that is no event of ours: nothing can be made of it, however often it is read. */
export class NoEventError extends Error {
  constructor(why: string) {
    super(`the message is no event of Tagline: ${why}`);
    this.name = 'NoEventError';
  }
}

/** @throws NoEventError */
export function readEventMessage({
  key,
  value,
  headers = {},
}: Pick<KafkaMessage, 'key' | 'value' | 'headers'>): FeedEvent {
  const type = required(headers, 'ce_type');
  const prefix = cloudEventType('');
  if (!type.startsWith(prefix)) throw new NoEventError('its type is another');
  if (key === null) throw new NoEventError('it has no key');
  return {
    id: required(headers, 'ce_id'),
    type: type.slice(prefix.length),
    stream: key.toString() as StreamName,
    revision: whole(headers, 'ce_revision'),
    position: whole(headers, 'ce_position'),
    time: required(headers, 'ce_time'),
    completesCommand: whole(headers, 'ce_part') === whole(headers, 'ce_parts') - 1,
    data: textOf(headers, 'content-type') === JSON_TYPE ? parsed(value) : undefined,
  };
}

/** Text of a header; the first where there are several of its name. */
export function textOf(headers: IHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}

function required(headers: IHeaders, name: string): string {
  const text = textOf(headers, name);
  if (text === undefined || text === '') throw new NoEventError(`it has no ${name}`);
  return text;
}

function whole(headers: IHeaders, name: string): number {
  const text = required(headers, name);
  if (!/^\d{1,16}$/.test(text)) throw new NoEventError(`its ${name} is no number`);
  return Number(text);
}

function parsed(value: Buffer | null): object {
  try {
    const data: unknown = JSON.parse(value?.toString() ?? '');
    if (typeof data === 'object' && data !== null) return data;
  } catch {
    // Said below.
  }
  throw new NoEventError('its data is no JSON object');
}
