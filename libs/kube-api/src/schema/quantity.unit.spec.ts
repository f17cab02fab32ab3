import { describe, expect, it } from 'vitest';
import { byteQuantity, countQuantity, parseQuantity } from './quantity.js';

describe('a quantity', () => {
  it.each([
    ['0', '0'],
    ['5', '5'],
    ['+5', '5'],
    ['-5', '-5'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['1.5', '1500m'],
    ['.5', '500m'],
    ['2.', '2'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1536Mi'],
    ['1024', '1024'],
    ['1023Ki', '1023Ki'],
    ['0.5Ki', '512'],
    ['1e3', '1e3'],
    ['1e4', '10e3'],
    ['1E', '1E'],
    ['12e-1', '1200e-3'],
    ['0.0000000001', '1n'],
    ['1000000E', '1000000E'],
  ])('%s is written as %s', (text, written) => {
    expect(parseQuantity(text)).toMatchObject({ text: written });
  });

  it.each(['', ' ', 'x', '1..2', '1 Gi', '--1', '.', '1,5', '9'.repeat(65)])('%j is none', (text) => {
    expect(parseQuantity(text)).toMatch(/^quantities must match/);
  });

  it.each(['1ki', '1KI', '1e', '1e99', '1GiB', '1mm'])('%s has no suffix that is known', (text) => {
    expect(parseQuantity(text)).toMatch(/suffix|match/);
  });

  it('can be compared whatever it is written in', () => {
    const nanos = (text: string) => (parseQuantity(text) as { nanos: bigint }).nanos;
    expect(nanos('1Gi') > nanos('1G')).toBe(true);
    expect(nanos('1000m')).toBe(nanos('1'));
  });

  it('of bytes is written in powers of 1024, of things in those of 1000', () => {
    expect([2048, 1500, 1000].map((bytes) => byteQuantity(bytes).text)).toEqual(['2Ki', '1500', '1k']);
    expect([2000, 2].map((count) => countQuantity(count).text)).toEqual(['2k', '2']);
  });
});
