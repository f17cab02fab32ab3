import type { Key } from '../tables.js';

/** Numbers come before strings, and the end of a key before either. */
const NUMBER = 0x01;
const STRING = 0x02;
/** Ends a string. A zero that is part of one is followed by `ZERO`, which no other part begins with. */
const END = 0x00;
const ZERO = 0xff;

/** After everything that a key can go on with. */
const AFTER_ALL = Buffer.from([0xff]);

/**
 * A key as bytes whose order is that of keys: part by part, strings by their bytes and numbers by value. A key that
 * another begins with is a prefix of it in bytes, too.
 */
export const encodeKey = (key: Key): Buffer =>
  Buffer.concat(key.map((part) => (typeof part === 'number' ? encodeNumber(part) : encodeString(part))));

/** The first bytes after all keys that begin with these parts. */
export const endOfPrefix = (prefix: Key): Buffer => Buffer.concat([encodeKey(prefix), AFTER_ALL]);

export function decodeKey(stored: Buffer): Key {
  const parts: (string | number)[] = [];
  for (let at = 0; at < stored.length;) {
    if (stored[at] === NUMBER) {
      parts.push(decodeNumber(stored, at + 1));
      at += 9;
    } else {
      const end = endOfString(stored, at + 1);
      parts.push(decodeString(stored.subarray(at + 1, end)));
      at = end + 1;
    }
  }
  return parts;
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (!bytes.includes(END)) return Buffer.concat([Buffer.of(STRING), bytes, Buffer.of(END)]);
  const escaped = [...bytes].flatMap((byte) => (byte === END ? [END, ZERO] : [byte]));
  return Buffer.from([STRING, ...escaped, END]);
}

function endOfString(stored: Buffer, from: number): number {
  let end = stored.indexOf(END, from);
  while (end >= 0 && stored[end + 1] === ZERO) end = stored.indexOf(END, end + 2);
  if (end < 0) throw new Error('a stored key ends within a string');
  return end;
}

function decodeString(bytes: Buffer): string {
  if (!bytes.includes(END)) return bytes.toString('utf8');
  return Buffer.from([...bytes].filter((_, index) => bytes[index - 1] !== END)).toString('utf8');
}

/** Big-endian floating point, of which negative numbers are turned over, sorts like the numbers. */
function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = NUMBER;
  // Zero has two forms that are one key.
  bytes.writeDoubleBE(value === 0 ? 0 : value, 1);
  const isNegative = value < 0;
  for (let at = 1; at < 9; at++) {
    const byte = bytes[at] ?? 0;
    bytes[at] = isNegative ? byte ^ 0xff : at === 1 ? byte ^ 0x80 : byte;
  }
  return bytes;
}

function decodeNumber(stored: Buffer, from: number): number {
  const bytes = Buffer.from(stored.subarray(from, from + 8));
  const isNegative = ((bytes[0] ?? 0) & 0x80) === 0;
  for (let at = 0; at < 8; at++) {
    const byte = bytes[at] ?? 0;
    bytes[at] = isNegative ? byte ^ 0xff : at === 0 ? byte ^ 0x80 : byte;
  }
  return bytes.readDoubleBE(0);
}
