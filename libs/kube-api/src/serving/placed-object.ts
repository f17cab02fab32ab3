import { generateName } from '../schema/generate-name.js';
import { badRequest, fieldError, invalid } from '../status.js';
import type { KubeObject, ObjectKey } from '../storage/resource.js';
import type { ResourceRequest } from './request-info.js';
import type { Target } from './resource-registry.js';

/** The object that a path names; `own` is the name where the path has none. */
export const keyOf = ({ namespace, name }: ResourceRequest, own = name): ObjectKey => ({
  ...(namespace === undefined ? {} : { namespace }),
  name: own,
});

/** The object, in the place that the path names. */
export function withPlace(object: KubeObject, { namespace, name }: ResourceRequest): KubeObject {
  const { metadata } = object;
  if (
    namespace !== undefined &&
    metadata.namespace !== undefined &&
    metadata.namespace !== '' &&
    metadata.namespace !== namespace
  ) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name !== '' && metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  const place = { name: name === '' ? (metadata.name ?? '') : name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...object, metadata: { ...metadata, ...place } };
}

/** Takes out what a server decides, and makes up a name where one is to be made up. */
export function named(target: Target, info: ResourceRequest, object: KubeObject): KubeObject {
  const { uid: _uid, creationTimestamp: _created, deletionTimestamp: _deleted, ...metadata } = object.metadata;
  if (metadata.name !== '' || info.name !== '') return { ...object, metadata };
  const { generateName: prefix = '' } = metadata;
  if (prefix !== '' && target.definition.generatesNames) {
    return { ...object, metadata: { ...metadata, name: generateName(prefix) } };
  }
  if (!NEEDS_NAME(target)) return { ...object, metadata };
  const detail = target.definition.generatesNames ? 'name or generateName is required' : 'a name is required';
  throw invalid(target.group, target.kind, '', [fieldError.required('metadata.name', detail)]);
}

/** Reviews and requests are answered, not kept, and so need no name. */
const NEEDS_NAME = ({ storage }: Target): boolean => storage.get !== undefined || storage.delete !== undefined;
