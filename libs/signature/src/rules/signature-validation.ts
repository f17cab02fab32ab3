import { isDeepStrictEqual } from 'node:util';
import type { FieldProblem } from '#lib/event-store';
import type { SignatureClaims, SignatureCondition } from '#lib/events';
import type { SentSignature } from '../commands.js';
import { FOR_IMAGE, isUnjudged, latestCondition, TRUSTED } from './trust.js';

/** Longest content that is stored, in bytes. */
export const MAX_CONTENT_BYTES = 1024 * 1024;

/**
 * The rules for one signature.
 *
 * @param path - put before every field, such as `signatures[0].`.
 * @param ownClaims - what the content says of itself; a signature that nobody has judged may claim that and no more.
 */
export function validateSignature(
  signature: SentSignature,
  path = '',
  ownClaims: SignatureClaims = {},
): FieldProblem[] {
  const { labels = {}, annotations = {}, name, type, content } = signature;
  const problems: FieldProblem[] = [];
  if (Object.keys(labels).length > 0) {
    problems.push({ field: `${path}metadata.labels`, kind: 'forbidden', detail: 'signature labels cannot be set' });
  }
  if (Object.keys(annotations).length > 0) {
    const detail = 'signature annotations cannot be set';
    problems.push({ field: `${path}metadata.annotations`, kind: 'forbidden', detail });
  }
  if (!isSignatureName(name)) {
    const detail = 'name must be of format <imageName>@<signatureName>';
    problems.push({ field: `${path}metadata.name`, kind: 'invalid', value: name, detail });
  }
  if (type === '') problems.push({ field: `${path}type`, kind: 'required', detail: '' });
  problems.push(...validateContent(content, `${path}content`));
  problems.push(...validateConditions(signature.conditions ?? [], `${path}conditions`));
  if (isUnjudged(signature.conditions)) problems.push(...validateClaims(signature, path, ownClaims));
  return problems;
}

/** Whether a name has both parts of `<image>@<signature>`. */
export function isSignatureName(name: string): boolean {
  const [image = '', signature = '', ...more] = name.split('@');
  return image !== '' && signature !== '' && more.length === 0;
}

function validateContent(content: string, field: string): FieldProblem[] {
  if (content === '') return [{ field, kind: 'required', detail: '' }];
  if ((content.length / 4) * 3 <= MAX_CONTENT_BYTES) return [];
  return [{ field, kind: 'invalid', detail: `must not be longer than ${MAX_CONTENT_BYTES} bytes` }];
}

/** Trust without an image that it is for, or the reverse, says nothing. Conditions of other types are free. */
function validateConditions(conditions: readonly SignatureCondition[], field: string): FieldProblem[] {
  const trusted = latestCondition(conditions, TRUSTED);
  const forImage = latestCondition(conditions, FOR_IMAGE);
  if ((trusted === undefined) === (forImage === undefined)) return [];
  const missing = trusted === undefined ? TRUSTED : FOR_IMAGE;
  return [{ field, kind: 'invalid', value: conditions, detail: `missing "${missing}" condition type` }];
}

const JUDGED_CLAIMS = ['imageIdentity', 'signedClaims', 'issuedBy', 'issuedTo'] as const;

function validateClaims(claims: SignatureClaims, path: string, own: SignatureClaims): FieldProblem[] {
  return JUDGED_CLAIMS.filter((claim) => isSet(claims[claim]) && !isDeepStrictEqual(claims[claim], own[claim])).map(
    (claim) => ({
      field: `${path}${claim}`,
      kind: 'invalid',
      value: claims[claim],
      detail: 'must be unset for unknown signature state',
    }),
  );
}

const isSet = (claim: string | object | undefined): boolean =>
  claim !== undefined && claim !== '' && (typeof claim === 'string' || Object.keys(claim).length > 0);
