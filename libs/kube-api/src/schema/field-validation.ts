import { badRequest, fieldError, invalid } from '../status.js';
import type { ObjectSchema } from './schema.js';
import { kindOf, versionOf } from './type-name.js';

/** What to do about fields of a body that the schema does not know or that are repeated. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const MODES: readonly FieldValidation[] = ['Ignore', 'Strict', 'Warn'];

/**
 * Reads the `fieldValidation` parameter; without one, `fallback` holds.
 *
 * @param optionsKind the options that the verb takes, such as `CreateOptions`
 * @throws ApiError Invalid
 */
export function parseFieldValidation(
  parameters: URLSearchParams,
  optionsKind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  fallback: FieldValidation = 'Warn',
): FieldValidation {
  const wanted = parameters.get('fieldValidation') ?? '';
  if (wanted === '') return fallback;
  const mode = MODES.find((known) => known === wanted);
  if (mode !== undefined) return mode;
  throw invalid('meta.k8s.io', optionsKind, '', [fieldError.notSupported('fieldValidation', wanted, MODES)]);
}

/**
 * The warnings that a body earns; under Strict they are the refusal instead.
 *
 * @throws ApiError BadRequest with every unknown and repeated field, as Kubernetes words it
 */
export function fieldWarnings(
  mode: FieldValidation,
  schema: ObjectSchema,
  found: { readonly unknown: readonly string[]; readonly duplicates: readonly string[] },
): readonly string[] {
  if (mode === 'Ignore') return [];
  const texts = [
    ...found.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...found.unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ];
  if (mode === 'Warn' || texts.length === 0) return texts;
  const kind = kindOf(schema);
  throw badRequest(
    `${kind} in version "${versionOf(schema)}" cannot be handled as a ${kind}: strict decoding error: ${texts.join(', ')}`,
  );
}
