import { badRequest } from '../status.js';
import { assertBounded } from './json.js';
import type { JsonValue } from './json.js';
import { scanJson } from './json-scanner.js';

/**
 * Reads a JSON body. An error names the place and never the text, which may hold a secret.
 *
 * @throws ApiError BadRequest
 */
export function parseJsonBody(text: string): JsonValue {
  const value = parse(text);
  assertBounded(value);
  return value;
}

/**
 * Paths of the fields that an object of the body has more than once (the last of them counts). Costs a second reading
 * of the text, so it is for `fieldValidation` Strict and Warn.
 */
export function duplicateFields(text: string): readonly string[] {
  return scanJson(text).duplicates;
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`the body of the request is not valid JSON: ${problemIn(text)}`);
  }
}

function problemIn(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const { problem } = scanJson(text);
  if (problem === undefined) return 'it cannot be read';
  const before = text.slice(0, problem.offset);
  const line = before.split('\n').length;
  return `${problem.what} at line ${line}, column ${problem.offset - before.lastIndexOf('\n')}`;
}
