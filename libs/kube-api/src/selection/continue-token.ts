import { createHash } from 'node:crypto';
import { badRequest } from '../status.js';

/** Where the next page of a list starts, and at which moment the list was taken. */
export interface ContinueToken {
  /** Version of the list, the same on all its pages: a decimal number of 64 bits. */
  readonly resourceVersion: string;
  /** Key after which the list goes on, as the storage gave it. */
  readonly after: readonly string[];
}

/** The selectors of a list, as sent; the pages of one list must have the same. */
export interface ListSelectors {
  readonly labels: string;
  readonly fields: string;
}

/** Characters of a token; well above what two names of the longest kind need. */
export const MAX_TOKEN_LENGTH = 8192;
const MAX_KEY_PARTS = 8;
const FORMAT = 1;

/** Opaque to clients: its content may change with any version of the server. */
export function encodeContinueToken({ resourceVersion, after }: ContinueToken, selectors: ListSelectors): string {
  const content = { v: FORMAT, rv: resourceVersion, after, sel: fingerprint(selectors) };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws ApiError BadRequest for a token that is not one of ours, or of a list with other selectors */
export function decodeContinueToken(token: string, selectors: ListSelectors): ContinueToken {
  const content = contentOf(token);
  if (!isTokenContent(content)) throw badRequest('continue key is not valid: it was not issued by this server');
  if (content.sel !== fingerprint(selectors)) {
    throw badRequest('continue key is not valid: it was issued for a list with other selectors');
  }
  return { resourceVersion: content.rv, after: content.after };
}

interface TokenContent {
  readonly v: number;
  readonly rv: string;
  readonly after: readonly string[];
  readonly sel: string;
}

function isTokenContent(value: unknown): value is TokenContent {
  if (typeof value !== 'object' || value === null) return false;
  const { v, rv, after, sel } = value as Partial<Record<keyof TokenContent, unknown>>;
  return (
    v === FORMAT &&
    typeof rv === 'string' &&
    /^\d{1,20}$/.test(rv) &&
    typeof sel === 'string' &&
    Array.isArray(after) &&
    after.length <= MAX_KEY_PARTS &&
    after.every((part) => typeof part === 'string')
  );
}

function contentOf(token: string): unknown {
  if (token.length > MAX_TOKEN_LENGTH || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}

const fingerprint = ({ labels, fields }: ListSelectors): string =>
  createHash('sha256')
    .update(JSON.stringify([labels, fields]))
    .digest('base64url')
    .slice(0, 16);
