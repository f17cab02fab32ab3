/** What the signed document of a simple-signing signature says. */
export interface SimpleSigning {
  /** Pull spec that the signer gave the image. */
  readonly reference: string;
  /** Every claim by its path, such as `critical.image.docker-manifest-digest`. */
  readonly claims: Readonly<Record<string, string>>;
  /** Signing time, if the document gives it. */
  readonly time?: Date;
}

const TYPE = 'atomic container signature';
const MAX_CLAIMS = 64;
/** `critical`, what it is about, and the claim itself. */
const MAX_DEPTH = 3;

/**
 * Reads the signed document.
 *
 * @returns `undefined` for a document of another form.
 */
export function readSimpleSigning(bytes: Uint8Array): SimpleSigning | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const claims = new Map(flat(document, '', MAX_DEPTH));
  const reference = claims.get('critical.identity.docker-reference');
  const digest = claims.get('critical.image.docker-manifest-digest');
  if (claims.get('critical.type') !== TYPE || typeof reference !== 'string' || typeof digest !== 'string') {
    return undefined;
  }
  const time = timeOf(claims.get('optional.timestamp'));
  return {
    reference,
    claims: Object.fromEntries([...claims].slice(0, MAX_CLAIMS).map(([path, claim]) => [path, String(claim)])),
    ...(time === undefined ? {} : { time }),
  };
}

type Claim = string | number | boolean;

/** The texts, numbers and flags of a document, by the path to each. */
function flat(value: unknown, path: string, depth: number): [string, Claim][] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[path, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === 0) return [];
  return Object.entries(value).flatMap(([key, part]) => flat(part, path === '' ? key : `${path}.${key}`, depth - 1));
}

/** Seconds since 1970; anything beyond the year 9999 cannot be written as the API writes times. */
function timeOf(claim: Claim | undefined): Date | undefined {
  const inRange = typeof claim === 'number' && claim >= 0 && claim < 253_402_300_800;
  return inRange ? new Date(claim * 1000) : undefined;
}
