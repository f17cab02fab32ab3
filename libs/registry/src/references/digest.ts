import { createHash } from 'node:crypto';

declare const digestBrand: unique symbol;

/** A content digest: `<algorithm>:<hex>`, of an algorithm that this library can compute. */
export type Digest = string & { readonly [digestBrand]: 'Digest' };

export class InvalidDigestError extends Error {
  override readonly name = 'InvalidDigestError';
}

/**
 * Reads a digest.
 *
 * @throws InvalidDigestError with one of three texts: bad format, unsupported algorithm, or wrong length for it.
 */
export function parseDigest(text: string): Digest {
  const problem = digestProblem(text);
  if (problem !== undefined) throw new InvalidDigestError(problem);
  return text as Digest;
}

export const isDigest = (text: string): text is Digest => digestProblem(text) === undefined;

/** The digest of some bytes (a string counts as its UTF-8). */
export const sha256Digest = (content: Uint8Array | string): Digest => digestBy('sha256', content);

/** The digest of some content by the algorithm that another digest uses, to compare the two. */
export const digestLike = (digest: Digest, content: Uint8Array | string): Digest =>
  digestBy(digest.slice(0, digest.indexOf(':')), content);

/**
 * Whether an id that somebody typed means an image: a prefix of its digest's hex part or of the whole digest; for an
 * image whose name is no digest, a prefix of the name. The empty id means every image.
 */
export function matchesDigestPrefix(imageName: string, id: string): boolean {
  if (imageName.startsWith(id)) return true;
  return isDigest(imageName) && imageName.startsWith(id, imageName.indexOf(':') + 1);
}

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const FORMAT = /^[a-zA-Z0-9\-_+.]+:[a-fA-F0-9]+$/;

function digestProblem(text: string): string | undefined {
  if (!FORMAT.test(text)) return 'invalid checksum digest format';
  const colon = text.indexOf(':');
  const algorithm = text.slice(0, colon);
  if (!Object.hasOwn(HEX_LENGTH, algorithm)) return 'unsupported digest algorithm';
  if (text.length - colon - 1 !== HEX_LENGTH[algorithm]) return 'invalid checksum digest length';
  return undefined;
}

const digestBy = (algorithm: string, content: Uint8Array | string): Digest =>
  `${algorithm}:${createHash(algorithm).update(content).digest('hex')}` as Digest;
