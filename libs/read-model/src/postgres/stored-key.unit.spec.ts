import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbeddedReadModel } from '../embedded/embedded-read-model.js';
import type { Key } from '../tables.js';
import { decodeKey, encodeKey, endOfPrefix } from './stored-key.js';

const name = fc.string({ unit: fc.constantFrom(...'ab-./:zé日'), minLength: 1, maxLength: 4 });
const part = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true }).map((number) => number || 0),
);
const key = fc.array(part, { minLength: 1, maxLength: 4 });

describe('a stored key', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(key, (parts) => {
        expect(decodeKey(encodeKey(parts))).toEqual(parts);
      }),
    );
  });

  it('begins with its prefixes, and ends before their ends', () => {
    fc.assert(
      fc.property(key, key, (prefix, rest) => {
        const whole = encodeKey([...prefix, ...rest]);
        expect(whole.subarray(0, encodeKey(prefix).length)).toEqual(encodeKey(prefix));
        expect(Buffer.compare(whole, endOfPrefix(prefix))).toBe(-1);
      }),
    );
  });

  it('is in the order in which the embedded tables have theirs', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tagline-keys-'));
    const model = EmbeddedReadModel.open(join(directory, 'keys.lmdb'), 'keys');
    const table = model.tables.tagRevisions;
    const keys = fc.array(fc.tuple(name, name, name, fc.nat(2 ** 40)), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(keys, (chosen) => {
        for (const one of chosen) table.put(one, Buffer.from('x'));
        const embedded = [...table.under([])].map((entry): Key => entry.key);
        const sorted = embedded.toSorted((a, b) => Buffer.compare(encodeKey(a), encodeKey(b)));
        for (const one of chosen) table.delete(one);
        expect(sorted).toEqual(embedded);
      }),
      { numRuns: 50 },
    );
    return model.close().then(() => rmSync(directory, { recursive: true }));
  });
});
