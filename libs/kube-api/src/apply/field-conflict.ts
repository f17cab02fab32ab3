import { ApiError, type StatusCause } from '../status.js';
import { difference, isEmptySet, NO_FIELDS, pathsOf, union, type FieldSet } from './field-set.js';
import type { Manager } from './managers.js';
import { printPath } from './path-element.js';

/** Fields that somebody applied and that another manager owns with another value. */
export interface FieldConflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

export const conflictingFields = (conflicts: readonly FieldConflict[]): FieldSet =>
  conflicts.reduce((all, { fields }) => union(all, fields), NO_FIELDS);

/** The conflicts that are left when these fields may be taken over. */
export const withoutFields = (conflicts: readonly FieldConflict[], allowed: FieldSet): readonly FieldConflict[] =>
  conflicts
    .map(({ manager, fields }) => ({ manager, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmptySet(fields));

/** 409 with one cause a field, in the words that kubectl shows and explains. */
export function applyConflict(conflicts: readonly FieldConflict[]): ApiError {
  const found = [...conflicts]
    .map(({ manager, fields }) => ({ who: described(manager), paths: [...pathsOf(fields)].map(printPath) }))
    .sort((one, other) => (one.who < other.who ? -1 : 1));
  const causes: StatusCause[] = found.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const [only] = causes;
  const message =
    causes.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field ?? ''}`
      : `Apply failed with ${causes.length} conflicts: ${found.map(({ who, paths }) => grouped(who, paths)).join('\n')}`;
  return new ApiError('Conflict', message, { causes });
}

const grouped = (who: string, paths: readonly string[]): string =>
  [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)].join('\n');

function described({ name, operation, apiVersion, subresource }: Manager): string {
  const through = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const version = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(name)}${through}${version}`;
}
