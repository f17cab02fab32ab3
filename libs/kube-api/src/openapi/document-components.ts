import { deleteOptions, status } from '../schema/meta.js';
import type { ResourceDefinition } from '../storage/resource.js';
import { Components } from './components.js';
import type { Dialect } from './components.js';
import type { GroupVersionKind } from './json-schema.js';
import { gvkOf, listKindOf } from './operations.js';

/**
 * The components of a document, with those that clients look for by group, version and kind: the kinds of the
 * resources, their lists, the kinds of subresources, and what a deletion takes and answers.
 *
 * They come before any operation, so that where two shapes share a name the resource's own is taken.
 */
export function componentsOf(definitions: readonly ResourceDefinition[], dialect: Dialect): Components {
  const components = new Components(dialect);
  for (const definition of definitions) components.reference(definition.schema, gvkOf(definition));
  for (const definition of definitions) {
    const { group, version, kind, storage, subresources = [] } = definition;
    if (storage.list) components.reference(listKindOf(definition), { group, version, kind: `${kind}List` });
    for (const subresource of subresources) {
      components.reference(subresource.schema, gvkOf({ group, version, ...subresource }));
    }
    if (storage.delete ?? storage.deleteCollection) {
      components.reference(status, STATUS);
      components.reference(deleteOptions, DELETE_OPTIONS, { group, version, kind: 'DeleteOptions' });
    }
  }
  return components;
}

const STATUS: GroupVersionKind = { group: '', version: 'v1', kind: 'Status' };
const DELETE_OPTIONS: GroupVersionKind = { group: '', version: 'v1', kind: 'DeleteOptions' };
