import { createHash } from 'node:crypto';
import type { Entry, TableName } from './tables.js';

/** SHA-256 over every entry of every table in order: equal for equal contents, wherever they are kept. */
export class ContentsDigest {
  private readonly hash = createHash('sha256');

  add(table: TableName, { key, value }: Entry): void {
    this.hash.update(JSON.stringify([table, key])).update(value);
  }

  toString(): string {
    return this.hash.digest('hex');
  }
}
