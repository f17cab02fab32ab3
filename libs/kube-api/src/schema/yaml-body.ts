import { parseDocument } from 'yaml';
import { ApiError, badRequest } from '../status.js';
import { assertBounded } from './json.js';
import type { JsonValue } from './json.js';

/** Reading YAML costs some hundred times what reading JSON does, so less of it is taken. Bytes of UTF-8. */
export const MAX_YAML_BYTES = 1024 * 1024;

/** Nodes that aliases may stand for in all; keeps a small text from becoming a huge value. */
const MAX_ALIASES = 100;

/**
 * Reads a body of one YAML document. Of a key that is repeated the last counts.
 *
 * @throws ApiError BadRequest, or RequestEntityTooLarge past {@link MAX_YAML_BYTES}
 */
export function parseYamlBody(text: string): JsonValue {
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    throw new ApiError('RequestEntityTooLarge', `a YAML body may have at most ${MAX_YAML_BYTES} bytes`);
  }
  const value = parse(text);
  assertBounded(value);
  return value;
}

function parse(text: string): JsonValue {
  try {
    // Looking for repeated keys is quadratic in this parser, and JSON bodies are not refused for them either.
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent', merge: false });
    const [problem] = document.errors;
    if (problem) throw badRequest(`the body of the request is not valid YAML: ${placeOf(problem.pos[0], text)}`);
    return (document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null) as JsonValue;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // The parser recurses and reports its limits by throwing; neither text is meant for a caller.
    throw badRequest('the body of the request is not valid YAML: nested too deeply or too many aliases');
  }
}

function placeOf(offset: number, text: string): string {
  const before = text.slice(0, offset);
  return `syntax error at line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
}
