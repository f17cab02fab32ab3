import { describe, expect, it } from 'vitest';
import { brokenPromises, promisesOf } from './schema-lock.js';

const released = {
  type: 'object',
  properties: {
    tag: { type: 'string' },
    move: { type: 'string', enum: ['appended', 'unchanged'] },
    item: {
      type: 'object',
      properties: { image: { type: 'string' }, created: { type: ['string', 'null'] } },
      required: ['image'],
    },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    removed: { type: 'array', items: { type: 'number' } },
  },
  required: ['tag', 'item'],
};

const broken = (change: (schema: typeof released) => object): readonly string[] =>
  brokenPromises(promisesOf(released), promisesOf({ ...change(structuredClone(released)) }));

const withProperties = (properties: object) => (schema: typeof released) => ({
  ...schema,
  properties: { ...schema.properties, ...properties },
});

describe('a released schema', () => {
  it('is kept by itself', () => {
    expect(broken((schema) => schema)).toEqual([]);
  });

  it('may say more: new properties, new words, and always what it said at times', () => {
    expect(broken(withProperties({ why: { type: 'string' } }))).toEqual([]);
    expect(broken(withProperties({ move: { type: 'string', enum: ['appended', 'replaced', 'unchanged'] } }))).toEqual(
      [],
    );
    expect(broken((schema) => ({ ...schema, required: ['tag', 'item', 'move', 'removed'] }))).toEqual([]);
  });

  it('may take nothing back', () => {
    expect(broken(withProperties({ tag: undefined }))).toEqual(['tag is gone']);
    expect(broken((schema) => ({ ...schema, required: ['item'] }))).toEqual(['tag is no longer always there']);
    expect(broken(withProperties({ tag: { type: 'number' } }))).toEqual(['tag was string and is number']);
    expect(broken(withProperties({ move: { type: 'string', enum: ['appended'] } }))).toEqual([
      'move was one of appended unchanged and is one of appended',
    ]);
    expect(broken(withProperties({ removed: { type: 'array', items: { type: 'string' } } }))).toEqual([
      'removed[] was number and is string',
    ]);
    expect(broken(withProperties({ labels: { type: 'object' } }))).toEqual(['labels.* is gone']);
    expect(
      broken(withProperties({ item: { type: 'object', properties: { created: { type: ['string', 'null'] } } } })),
    ).toEqual(['item.image is gone']);
  });
});
