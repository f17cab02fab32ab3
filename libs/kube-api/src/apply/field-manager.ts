import { fieldError, invalid, type FieldError } from '../status.js';

/** Characters of a manager's name. */
export const MAX_FIELD_MANAGER = 128;

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

/**
 * The manager that a write names in `fieldManager`; empty when it names none.
 *
 * @throws ApiError 422 for a name that is too long or cannot be printed, and for `force` without an apply.
 */
export function fieldManagerOf(query: URLSearchParams, options: OptionsKind): string {
  const name = query.get('fieldManager') ?? '';
  const faults = [
    ...nameFaults(name),
    ...(options === 'PatchOptions' && query.has('force')
      ? [fieldError.forbidden('force', 'may not be specified for non-apply patch')]
      : []),
  ];
  if (faults.length > 0) throw invalid('meta.k8s.io', options, '', faults);
  return name;
}

/**
 * What an apply says of itself.
 *
 * @throws ApiError 422 without the name of a manager.
 */
export function applyOptions(query: URLSearchParams): { readonly name: string; readonly force: boolean } {
  const name = query.get('fieldManager') ?? '';
  const force = query.get('force');
  const faults = [
    ...(name === '' ? [fieldError.required('fieldManager', 'is required for apply patch')] : []),
    ...nameFaults(name),
  ];
  if (faults.length > 0) throw invalid('meta.k8s.io', 'PatchOptions', '', faults);
  return { name, force: force !== null && force !== '0' && force.toLowerCase() !== 'false' };
}

/** The manager of a client that names none: what its user agent begins with, as in `kubectl/v1.33.0 (linux)`. */
export function managerOfUserAgent(userAgent = ''): string {
  const name = (userAgent.split('/', 1)[0] ?? '').slice(0, MAX_FIELD_MANAGER);
  return name === '' || UNPRINTABLE.test(name) ? 'unknown' : name;
}

function nameFaults(name: string): readonly FieldError[] {
  return [
    ...([...name].length > MAX_FIELD_MANAGER ? [fieldError.tooLong('fieldManager', MAX_FIELD_MANAGER)] : []),
    ...(UNPRINTABLE.test(name)
      ? [fieldError.invalid('fieldManager', name, 'should only contain printable characters')]
      : []),
  ];
}
