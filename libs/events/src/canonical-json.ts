import { configure } from 'safe-stable-stringify';

const stringify = configure({ deterministic: true, bigint: false, circularValue: TypeError, strict: true });

/**
 * JSON with sorted keys and no blanks, as RFC 8785 defines it: the same value always gives the same bytes.
 *
 * @throws TypeError for what JSON cannot say (functions, bigints, cycles, non-finite numbers).
 */
export function canonicalJson(value: object): string {
  const text = stringify(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}
