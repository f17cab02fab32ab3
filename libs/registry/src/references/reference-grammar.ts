import { InvalidDigestError, parseDigest } from './digest.js';

/** A pull spec was refused; the message is the one that the Docker grammar gives. */
export class InvalidReferenceError extends Error {
  override readonly name = 'InvalidReferenceError';
}

export interface ReferenceParts {
  /** Everything before tag and digest, a registry host included. */
  readonly name: string;
  /** Empty when absent. */
  readonly tag: string;
  /** Empty when absent. */
  readonly digest: string;
}

/**
 * Takes a pull spec apart by the grammar of the distribution project: name, `:tag`, `@digest`.
 *
 * Works component by component rather than with one expression, whose backtracking a hostile text could drive.
 *
 * @throws InvalidReferenceError
 */
export function referenceParts(text: string): ReferenceParts {
  if (text === '') throw new InvalidReferenceError('repository name must have at least one component');
  const parts = split(text);
  if (parts === undefined) {
    const onlyCaseIsWrong = split(text.toLowerCase()) !== undefined;
    throw new InvalidReferenceError(onlyCaseIsWrong ? 'repository name must be lowercase' : 'invalid reference format');
  }
  if (parts.name.length > MAX_NAME_LENGTH) {
    throw new InvalidReferenceError(`repository name must not be more than ${MAX_NAME_LENGTH} characters`);
  }
  if (parts.digest !== '') requireDigest(parts.digest);
  return parts;
}

/** Whether a text can be the tag of a reference. */
export const isTag = (text: string): boolean => TAG.test(text);

const MAX_NAME_LENGTH = 255;
/** Longer than anything the grammar accepts with a digest that is in use. */
const MAX_TEXT_LENGTH = 4_096;

const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const DOMAIN_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const PORT = /^[0-9]+$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

function split(text: string): ReferenceParts | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  if (at >= 0 && !DIGEST.test(digest)) return undefined;

  const nameAndTag = at < 0 ? text : text.slice(0, at);
  const colon = nameAndTag.indexOf(':', nameAndTag.lastIndexOf('/') + 1);
  const name = colon < 0 ? nameAndTag : nameAndTag.slice(0, colon);
  const tag = colon < 0 ? '' : nameAndTag.slice(colon + 1);
  if (colon >= 0 && !TAG.test(tag)) return undefined;
  return isName(name) ? { name, tag, digest } : undefined;
}

function isName(name: string): boolean {
  const [first = '', ...rest] = name.split('/');
  const startsWell = PATH_COMPONENT.test(first) || (rest.length > 0 && isDomain(first));
  return startsWell && rest.every((component) => PATH_COMPONENT.test(component));
}

function isDomain(text: string): boolean {
  const colon = text.indexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  if (colon >= 0 && !PORT.test(text.slice(colon + 1))) return false;
  return host.split('.').every((label) => DOMAIN_LABEL.test(label));
}

function requireDigest(text: string): void {
  try {
    parseDigest(text);
  } catch (error) {
    if (error instanceof InvalidDigestError) throw new InvalidReferenceError(error.message);
    throw error;
  }
}
