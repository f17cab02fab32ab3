import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../schema/json.js';
import { objectMeta } from '../schema/meta.js';
import { array, int64, map, object, raw, string } from '../schema/schema.js';
import { ApiError } from '../status.js';
import { strategicMergePatch } from './strategic-merge-patch.js';

const stream = object('com.example.v1.Stream', 'A stream.', {
  metadata: objectMeta,
  spec: object('com.example.v1.StreamSpec', 'Spec.', {
    tags: array(
      'Tags.',
      object('com.example.v1.Tag', 'A tag.', {
        name: string('Name.'),
        from: object('com.example.v1.Ref', 'Source.', { kind: string('Kind.'), name: string('Name.') }),
        annotations: map('Notes.', string('Note.')),
        items: array('Items.', string('Item.')),
        generation: int64('Generation.'),
      }),
      { patch: { strategy: 'merge', mergeKey: 'name' } },
    ),
    plain: array('Replaced.', string('Item.')),
    document: raw('Replaced.', { patch: { strategy: 'replace' } }),
    free: raw('Merged.'),
  }),
});

const tags = (...names: string[]): JsonObject => ({ spec: { tags: names.map((name) => ({ name })) } });
const patched = (current: JsonObject, patch: JsonValue): JsonObject => strategicMergePatch(stream, current, patch);

describe('strategic merge patch', () => {
  it('merges the elements of a keyed list and adds new ones in front, as Kubernetes does', () => {
    const current = { spec: { tags: [{ name: 'a', generation: 1, items: ['x'] }, { name: 'b' }] } };
    expect(
      patched(current, { spec: { tags: [{ name: 'c' }, { name: 'a', items: ['y'], annotations: { k: 'v' } }] } }),
    ).toEqual({
      spec: {
        tags: [{ name: 'c' }, { name: 'a', generation: 1, items: ['y'], annotations: { k: 'v' } }, { name: 'b' }],
      },
    });
  });

  it('replaces lists without a key, and objects that say so', () => {
    expect(
      patched(
        { spec: { plain: ['a'], document: { a: 1 }, free: { a: 1 } } },
        { spec: { plain: ['b'], document: { b: 2 }, free: { b: 2 } } },
      ),
    ).toEqual({ spec: { plain: ['b'], document: { b: 2 }, free: { a: 1, b: 2 } } });
  });

  it('removes what is null', () => {
    expect(
      patched(
        { metadata: { labels: { a: '1', b: '2' } }, spec: {} },
        { metadata: { labels: { a: null } }, spec: null },
      ),
    ).toEqual({
      metadata: { labels: { b: '2' } },
    });
    expect(patched({}, { metadata: { labels: { a: null } } })).toEqual({ metadata: { labels: {} } });
  });

  it('adds to a set of plain values, and takes out of it', () => {
    const current = { metadata: { finalizers: ['a', 'b'] } };
    expect(patched(current, { metadata: { finalizers: ['c', 'b'] } })).toEqual({
      metadata: { finalizers: ['c', 'a', 'b'] },
    });
    expect(patched(current, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toEqual({
      metadata: { finalizers: ['b'] },
    });
    expect(
      patched(current, {
        metadata: {
          '$deleteFromPrimitiveList/finalizers': ['a'],
          '$setElementOrder/finalizers': ['c', 'b'],
          finalizers: ['c'],
        },
      }),
    ).toEqual({ metadata: { finalizers: ['c', 'b'] } });
  });

  it('deletes elements', () => {
    expect(
      patched(tags('a', 'b'), {
        spec: {
          tags: [
            { name: 'a', $patch: 'delete' },
            { name: 'z', $patch: 'delete' },
          ],
        },
      }),
    ).toEqual(tags('b'));
  });

  it('replaces a list, an object or everything', () => {
    expect(patched(tags('a', 'b'), { spec: { tags: [{ $patch: 'replace' }, { name: 'c' }] } })).toEqual(tags('c'));
    expect(patched({ spec: { plain: ['a'], free: {} } }, { spec: { $patch: 'replace', plain: ['b'] } })).toEqual({
      spec: { plain: ['b'] },
    });
    expect(patched(tags('a'), { $patch: 'replace', metadata: { name: 'x', uid: null } })).toEqual({
      metadata: { name: 'x' },
    });
    expect(patched({ spec: { free: { a: 1 } } }, { spec: { free: { $patch: 'delete' } } })).toEqual({
      spec: { free: {} },
    });
    expect(patched(tags('a'), { spec: { $patch: 'merge', plain: ['x'] } })).toEqual({
      spec: { ...(tags('a')['spec'] as JsonObject), plain: ['x'] },
    });
  });

  it('orders elements, and leaves those it does not name beside their neighbours', () => {
    const order = (...names: string[]): JsonValue => names.map((name) => ({ name }));
    expect(patched(tags('a', 'b', 'c'), { spec: { '$setElementOrder/tags': order('c', 'b', 'a') } })).toEqual(
      tags('c', 'b', 'a'),
    );
    expect(
      patched(tags('a', 'x', 'b'), { spec: { '$setElementOrder/tags': order('b', 'n', 'a'), tags: [{ name: 'n' }] } }),
    ).toEqual(tags('x', 'b', 'n', 'a'));
    expect(patched({}, { spec: { '$setElementOrder/tags': order('a') } })).toEqual({ spec: {} });
    expect(
      patched(tags('a', 'b'), {
        spec: { '$setElementOrder/tags': order('b'), tags: [{ name: 'a', $patch: 'delete' }] },
      }),
    ).toEqual(tags('b'));
  });

  it('retains the named fields only', () => {
    expect(
      patched(
        { spec: { free: { kind: 'a', a: 1, b: 2 } } },
        { spec: { free: { $retainKeys: ['kind', 'c'], kind: 'c', c: 3, a: null } } },
      ),
    ).toEqual({ spec: { free: { kind: 'c', c: 3 } } });
  });

  it.each<[string, JsonValue]>([
    ['not an object', []],
    ['an unknown directive', { $patch: 'x' }],
    ['an element without its key', { spec: { tags: [{ generation: 1 }] } }],
    ['a deletion without a key', { spec: { tags: [{ $patch: 'delete' }] } }],
    ['an element that is not an object', { spec: { tags: ['a'] } }],
    ['an order that leaves out an element', { spec: { '$setElementOrder/tags': [], tags: [{ name: 'a' }] } }],
    ['an order that is not a list', { spec: { '$setElementOrder/tags': {} } }],
    ['retained keys that leave out a field', { spec: { $retainKeys: ['a'], plain: [] } }],
    ['retained keys that are not names', { $retainKeys: [1] }],
  ])('refuses %s', (_, patch) => {
    expect(() => patched(tags('a'), patch)).toThrow(/^error decoding patch: /);
  });

  it('leaves the object and all prototypes alone, whatever the patch', () => {
    const key = fc.constantFrom(
      'spec',
      'metadata',
      'tags',
      'finalizers',
      'name',
      'free',
      '$patch',
      '$retainKeys',
      '$setElementOrder/tags',
      '$deleteFromPrimitiveList/finalizers',
      '__proto__',
      'constructor',
      'prototype',
    );
    const { patch } = fc.letrec<{ patch: JsonValue }>((tie) => ({
      patch: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<JsonValue>('delete', 'replace', 'merge', 'a', 1, null),
        fc.array(tie('patch'), { maxLength: 3 }),
        fc.array(fc.tuple(key, tie('patch')), { maxLength: 4 }).map((entries) => {
          const made: Record<string, JsonValue> = {};
          for (const [name, value] of entries)
            Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
          return made;
        }),
      ),
    }));
    const current: JsonObject = { metadata: { name: 'x', finalizers: ['a'] }, ...tags('a', 'b') };
    const before = structuredClone(current);
    fc.assert(
      fc.property(patch, (value) => {
        try {
          patched(current, value);
        } catch (error) {
          if (!(error instanceof ApiError && error.code === 400)) throw error;
        }
        expect(current).toEqual(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
