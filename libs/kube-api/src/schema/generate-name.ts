import { randomInt } from 'node:crypto';

/** Neither vowels nor digits that look like letters: no generated name spells a word. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** The whole name stays within a DNS label. */
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/**
 * A name for an object that was sent with `generateName` only. It is likely to be free, not certain: the caller answers
 * a clash with AlreadyExists.
 *
 * @param random a whole number from 0 up to, but without, its argument
 */
export function generateName(base: string, random: (bound: number) => number = randomInt): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET.charAt(random(ALPHABET.length)));
  return base.slice(0, MAX_BASE_LENGTH) + suffix.join('');
}
