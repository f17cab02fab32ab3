import { badRequest } from '../status.js';

/** `field` must have (`=`) or not have (`!=`) exactly this value. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

export interface FieldSelector {
  /** As it was sent; empty when everything is selected. */
  readonly text: string;
  readonly requirements: readonly FieldRequirement[];
  /** @param valueOf the value of a field, empty where the object has none */
  readonly matches: (valueOf: (field: string) => string) => boolean;
  /** The one value that this field must have, where the selector says so. */
  readonly exactly: (field: string) => string | undefined;
}

/** Fields that every resource can be selected by. */
export const STANDARD_FIELDS: ReadonlySet<string> = new Set(['metadata.name', 'metadata.namespace']);

/** Terms that one selector may have. */
export const MAX_TERMS = 1000;

/**
 * Reads a field selector: `a=b`, `a==b`, `a!=b`, joined by commas; `\` keeps the comma, the equals sign or the
 * backslash behind it from counting.
 *
 * @param fields what the resource can be selected by, besides {@link STANDARD_FIELDS}
 * @throws ApiError BadRequest
 */
export function parseFieldSelector(text: string, fields: Iterable<string> = []): FieldSelector {
  const known = new Set([...STANDARD_FIELDS, ...fields]);
  const terms = splitTerms(text).filter((term) => term !== '');
  if (terms.length > MAX_TERMS) throw badRequest(`a field selector may have at most ${MAX_TERMS} terms`);
  const requirements = terms.map((term) => requirementOf(term, text));
  const unknown = requirements.find(({ field }) => !known.has(field));
  if (unknown) {
    // The text names the standard fields only, also for resources that have more: clients compare it.
    const named = [...STANDARD_FIELDS].map((field) => JSON.stringify(field)).join(', ');
    throw badRequest(`${JSON.stringify(unknown.field)} is not a known field selector: only ${named}`);
  }
  return {
    text,
    requirements,
    matches: (valueOf) =>
      requirements.every(({ field, operator, value }) => (valueOf(field) === value) === (operator === '=')),
    exactly: (wanted) => requirements.find(({ field, operator }) => field === wanted && operator === '=')?.value,
  };
}

function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function requirementOf(term: string, whole: string): FieldRequirement {
  for (let at = 0; at < term.length; at++) {
    if (term[at] === '\\') {
      at++;
      continue;
    }
    const sign = ['!=', '==', '='].find((candidate) => term.startsWith(candidate, at));
    if (sign === undefined) continue;
    const value = unescaped(term.slice(at + sign.length));
    return { field: term.slice(0, at), operator: sign === '!=' ? '!=' : '=', value };
  }
  throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`);
}

function unescaped(text: string): string {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      const next = text.charAt(++at);
      if (next === '' || !'\\,='.includes(next))
        throw badRequest(`invalid field selector: invalid escape sequence: \\${next}`);
      value += next;
    } else if (character === ',' || character === '=') {
      throw badRequest(`invalid field selector: unescaped character in value: ${character}`);
    } else value += character;
  }
  return value;
}

/** Selects every object. */
export const everyField: FieldSelector = parseFieldSelector('');
