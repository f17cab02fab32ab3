import { describe, expect, it } from 'vitest';
import { answering, consuming, isOfOld, publishing, together, traceparentOf } from './carriers.js';

const context = (span: number, trace = 'a'): string =>
  `00-${trace.repeat(32)}-${span.toString(16).padStart(16, '0')}-01`;

describe('a trace context', () => {
  it('is taken from outside where it is one', () => {
    expect(traceparentOf(context(1))).toBe(context(1));
  });

  it.each([
    undefined,
    '',
    'Bearer abc',
    `${context(1)}\r\nx: y`,
    context(0),
    context(1, '0'),
    `00-${'a'.repeat(32)}`,
    Buffer.from(context(1)),
  ])('is not where it is %j', (text) => {
    expect(traceparentOf(text)).toBeUndefined();
  });
});

describe('what serves several requests', () => {
  it('is part of the trace of the first, and linked to the others once', () => {
    const contexts = [undefined, context(1), context(2), context(1), context(3, 'b')];
    expect(together(contexts)).toEqual({ parent: context(1), links: [context(2), context(3, 'b')] });
  });

  it('is linked to a bounded number of them', () => {
    const contexts = Array.from({ length: 1_000 }, (_, index) => context(index + 1));
    expect(together(contexts).links).toHaveLength(32);
  });

  it('is part of no trace where none of them is', () => {
    expect(together([undefined, 'nonsense'])).toEqual({ parent: undefined, links: [] });
  });
});

describe('what happened long ago', () => {
  it('adds nothing to its trace any more', () => {
    const time = '2026-01-01T00:00:00.000Z';
    expect(isOfOld(time, Date.parse('2026-01-01T00:00:59Z'))).toBe(false);
    expect(isOfOld(time, Date.parse('2026-01-01T00:01:01Z'))).toBe(true);
  });
});

describe('a trace goes on', () => {
  it('in whoever consumes what was published', () => {
    expect(publishing([context(1), context(2)])).toEqual({
      kind: 'producer',
      parent: context(1),
      links: [context(2)],
      attributes: { 'messaging.batch.message_count': 2 },
    });
    expect(consuming('tagline.image-streams', context(1))).toMatchObject({ kind: 'consumer', parent: context(1) });
    expect(consuming('tagline.image-streams', undefined).parent).toBeUndefined();
  });

  it('in the service that is called', () => {
    expect(answering('stream.tag', context(1))).toEqual({
      kind: 'server',
      parent: context(1),
      attributes: { 'rpc.method': 'stream.tag' },
    });
  });
});
