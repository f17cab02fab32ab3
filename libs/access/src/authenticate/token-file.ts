import { createHash } from 'node:crypto';
import { authenticatedUser } from '../user.js';
import type { User } from '../user.js';

/** Users by the SHA-256 of their token, in hex. */
export type TokenTable = ReadonlyMap<string, User>;

/** What is wrong with a token file. Names the line, and never what is in it. */
export class InvalidTokenFileError extends Error {
  constructor(line: number, why: string) {
    super(`line ${line}: ${why}`);
    this.name = 'InvalidTokenFileError';
  }
}

/**
 * Reads a static token file of Kubernetes: lines of `token,user,uid,"group1,group2"`, where the groups, and the quotes
 * around fields without commas, may be left out. Empty lines, and those that begin with `#`, are passed over.
 *
 * @throws InvalidTokenFileError
 */
export function parseTokenFile(text: string): TokenTable {
  const users = new Map<string, User>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    if (fields === undefined) throw new InvalidTokenFileError(index + 1, 'a quote is not closed');
    const [token = '', name = '', uid = '', groups = ''] = fields.map((field) => field.trim());
    if (fields.length < 3) throw new InvalidTokenFileError(index + 1, 'token, user and uid are wanted');
    if (token === '' || name === '') throw new InvalidTokenFileError(index + 1, 'token and user must not be empty');
    const digest = tokenDigest(token);
    if (users.has(digest)) throw new InvalidTokenFileError(index + 1, 'the token is that of an earlier line');
    users.set(digest, authenticatedUser({ name, uid, groups: groups.split(',').map((group) => group.trim()) }));
  }
  return users;
}

export const tokenDigest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The fields of a line of comma-separated values; `undefined` where a quote is not closed. */
function fieldsOf(line: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ') at++;
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      fields.push(comma < 0 ? line.slice(at) : line.slice(at, comma));
      if (comma < 0) return fields;
      at = comma + 1;
      continue;
    }
    const quoted = /"((?:[^"]|"")*)"\s*(,|$)/y;
    quoted.lastIndex = at;
    const match = quoted.exec(line);
    if (match === null) return undefined;
    fields.push((match[1] ?? '').replaceAll('""', '"'));
    if (match[2] === '') return fields;
    at = quoted.lastIndex;
  }
}
