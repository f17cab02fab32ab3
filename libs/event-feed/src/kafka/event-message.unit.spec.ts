import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { seal, streamName, type RecordedEvent } from '#lib/events';
import { eventMessage, NoEventError, readEventMessage } from './event-message.js';

const LIMIT = 10_000;

function recorded(data: object, changeCause?: string): RecordedEvent {
  const [sealed] = seal([{ type: 'TagDeleted', data }], {
    stream: streamName.imageStream('team', 'app'),
    revision: 4,
    previousHash: '',
    time: new Date(Date.UTC(2026, 0, 1)),
    context: { actor: { user: 'alice', groups: [] }, requestId: 'r-1', ...(changeCause && { changeCause }) },
    newId: () => 'event-1',
    schemaVersion: () => 1,
  });
  if (sealed === undefined) throw new Error('nothing was sealed');
  const { canonical: _, ...event } = sealed;
  return { ...event, position: 17 };
}

/** As the broker gives it back. */
function delivered({ message }: ReturnType<typeof eventMessage>): Pick<KafkaMessage, 'key' | 'value' | 'headers'> {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, Buffer.from(String(value))]);
  return {
    key: Buffer.from(String(message.key)),
    value: Buffer.from(String(message.value)),
    headers: Object.fromEntries(headers) as Record<string, Buffer>,
  };
}

describe('an event as a message', () => {
  it('is read back as it was', () => {
    const event = recorded({ tag: 'v1', streamGeneration: 2 });
    expect(readEventMessage(delivered(eventMessage(event, '/tagline', LIMIT)))).toEqual({
      ...{ id: 'event-1', type: 'TagDeleted', stream: event.stream, revision: 4, position: 17 },
      ...{ time: '2026-01-01T00:00:00.000Z', completesCommand: true, data: event.data },
    });
  });

  it('says why, in any language, where somebody said so', () => {
    const { message } = eventMessage(recorded({}, 'zurück, weil …'), '/tagline', LIMIT);
    expect(message.headers).toMatchObject({ ce_changecause: 'zurück, weil …', ce_correlationid: 'r-1' });
    expect(eventMessage(recorded({}), '/tagline', LIMIT).message.headers).not.toHaveProperty('ce_changecause');
  });

  it('is never larger than the limit, and knows its event without its data', () => {
    const large = eventMessage(recorded({ tag: 'x'.repeat(LIMIT) }), '/tagline', LIMIT);
    expect(large).toMatchObject({ isReference: true });
    expect(large.bytes).toBeLessThan(LIMIT);
    expect(large.message.headers).not.toHaveProperty('ce_dataschema');
    expect(readEventMessage(delivered(large))).toMatchObject({ type: 'TagDeleted', position: 17, data: undefined });
    const wordy = eventMessage(recorded({}, 'because '.repeat(LIMIT)), '/tagline', LIMIT);
    expect(wordy).toMatchObject({ isReference: true });
    expect(wordy.bytes).toBeLessThan(LIMIT);
  });

  it.each([
    ['without headers', (message: ReturnType<typeof delivered>) => ({ ...message, headers: {} })],
    ['without a key', (message: ReturnType<typeof delivered>) => ({ ...message, key: null })],
    ['of another type', withHeader('ce_type', 'com.example.Other')],
    ['without a number where one belongs', withHeader('ce_position', 'many')],
    ['without an id', withHeader('ce_id', '')],
    ['whose data is no JSON', (message: ReturnType<typeof delivered>) => ({ ...message, value: Buffer.from('{') })],
    ['whose data is no object', (message: ReturnType<typeof delivered>) => ({ ...message, value: Buffer.from('1') })],
  ])('is none %s', (_, spoil) => {
    const message = delivered(eventMessage(recorded({}), '/tagline', LIMIT));
    expect(() => readEventMessage(spoil(message))).toThrow(NoEventError);
  });
});

function withHeader(header: string, value: string) {
  return (message: ReturnType<typeof delivered>) => ({
    ...message,
    headers: { ...message.headers, [header]: Buffer.from(value) },
  });
}
