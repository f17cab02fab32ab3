import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from './event.js';
import { seal, unseal, verifyChain, type SealedEvent } from './hash-chain.js';
import { streamName } from './stream-name.js';

function sealed(...data: readonly object[]): SealedEvent[] {
  let ids = 0;
  return seal(
    data.map((each) => ({ type: 'TagPushed', data: each })),
    {
      stream: streamName.imageStream('team', 'app'),
      revision: 0,
      previousHash: '',
      time: new Date('2026-01-01T00:00:00Z'),
      context: { actor: { user: 'someone', groups: [] } },
      newId: () => `event-${ids++}`,
      schemaVersion: () => 1,
    },
  );
}

const recorded = (events: readonly SealedEvent[]): RecordedEvent[] =>
  events.map(({ canonical: _, ...event }, index) => ({ ...event, position: index + 1 }));

describe('sealing events', () => {
  it('gives what will be read back, the order of keys included', () => {
    for (const { canonical, ...event } of sealed({ z: 1, a: { y: [{ d: 1, c: 2 }], b: undefined } })) {
      expect(JSON.stringify(unseal(canonical, event.metadata.hash))).toBe(JSON.stringify(event));
    }
  });

  it('gives equal events equal hashes, however their keys are ordered', () => {
    const [one] = sealed({ a: 1, b: 2 });
    const [other] = sealed({ b: 2, a: 1 });
    expect(one?.metadata.hash).toBe(other?.metadata.hash);
  });

  it('says of which command an event is a part', () => {
    expect(sealed({}, {}).map(({ metadata }) => metadata.part)).toEqual([
      { index: 0, count: 2 },
      { index: 1, count: 2 },
    ]);
  });
});

describe('the hash chain', () => {
  const [first, second, third] = recorded(sealed({ n: 1 }, { n: 2 }, { n: 3 })) as [
    RecordedEvent,
    RecordedEvent,
    RecordedEvent,
  ];

  it('holds for what was appended', () => {
    expect(verifyChain([first, second, third])).toBeUndefined();
  });

  it.each([
    ['was altered', [first, { ...second, data: { n: 4 } }, third], 'content does not match its hash'],
    ['was cut out', [first, third], 'revision is missing'],
    ['was put in the place of another', [first, { ...third, revision: 1 }], 'does not follow the event before it'],
  ])('shows when an event %s', (_, events, why) => {
    expect(verifyChain(events)).toMatchObject({ why });
  });
});
