import { ApiError, methodNotAllowed } from '../status.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { ResourceDefinition, ResourceStorage, SubresourceDefinition } from '../storage/resource.js';
import type { ResourceRequest, Verb } from './request-info.js';

/** What a request is about: a resource, or a subresource of one. */
export interface Target {
  readonly definition: ResourceDefinition;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: ObjectSchema;
  readonly storage: ResourceStorage;
}

const METHODS: Readonly<Record<Verb, keyof ResourceStorage>> = {
  get: 'get',
  list: 'list',
  watch: 'watch',
  create: 'create',
  update: 'update',
  patch: 'update',
  delete: 'delete',
  deletecollection: 'deleteCollection',
};

/** All verbs, in the order in which discovery names them. */
const VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The verbs that a storage's methods stand for. */
export const verbsOf = (storage: Partial<ResourceStorage>): Verb[] =>
  VERBS.filter((verb) => storage[METHODS[verb]] !== undefined);

/** The verbs of a subresource: one that is a list is read like any other. */
export const subresourceVerbsOf = ({ storage }: SubresourceDefinition): Verb[] =>
  verbsOf(storage).map((verb) => (verb === 'list' ? 'get' : verb));

/** Whether a request reads a subresource that is a list. */
export const isListRead = ({ subresource }: Pick<ResourceRequest, 'subresource'>, { storage }: Target): boolean =>
  subresource !== '' && storage.list !== undefined;

/** The resources that the server has. */
export class ResourceRegistry {
  private readonly byPath: ReadonlyMap<string, ResourceDefinition>;

  constructor(readonly definitions: readonly ResourceDefinition[]) {
    this.byPath = new Map(definitions.map((definition) => [pathOf(definition), definition]));
  }

  /**
   * @throws ApiError 404 for a resource that is not there, 405 for something that it cannot do.
   */
  target(request: ResourceRequest): Target {
    const definition = this.byPath.get(pathOf(request));
    if (definition === undefined || !fits(definition, request) || isTooLong(request)) throw noSuchResource();
    if (!isPlaceFor(request)) throw methodNotAllowed();
    const target = request.subresource === '' ? whole(definition) : sub(definition, request.subresource);
    const isRead = request.verb === 'get' && isListRead(request, target);
    if (!isRead && target.storage[METHODS[request.verb]] === undefined) throw methodNotAllowed();
    return target;
  }
}

export const noSuchResource = (): ApiError =>
  new ApiError('NotFound', 'the server could not find the requested resource');

const pathOf = ({ group, version, resource }: { group: string; version: string; resource: string }): string =>
  `${group}/${version}/${resource}`;

/** Single objects of a namespaced resource are asked for in their namespace, those of others outside of any. */
function fits({ namespaced }: ResourceDefinition, { namespace, verb }: ResourceRequest): boolean {
  return namespaced ? namespace !== undefined || verb === 'list' || verb === 'watch' : namespace === undefined;
}

/**
 * Longest name and namespace of a path, in bytes. Nothing is named like that: the longest names are those of tags, of at
 * most 255 + 256 characters. The bound keeps what is looked for within what can be a key of an index.
 */
const MAX_NAME_BYTES = 1_536;
const MAX_NAMESPACE_BYTES = 253;

const isTooLong = ({ name, namespace = '' }: ResourceRequest): boolean =>
  Buffer.byteLength(name) > MAX_NAME_BYTES || Buffer.byteLength(namespace) > MAX_NAMESPACE_BYTES;

/** What is created is sent to its collection, what is changed to its own path. */
function isPlaceFor({ verb, name, subresource }: ResourceRequest): boolean {
  if (verb === 'create') return name === '' || subresource !== '';
  return (verb !== 'update' && verb !== 'patch') || name !== '';
}

function whole(definition: ResourceDefinition): Target {
  const { group, version, kind, schema, storage } = definition;
  return { definition, group, version, kind, schema, storage };
}

function sub(definition: ResourceDefinition, name: string): Target {
  const found = definition.subresources?.find((candidate) => candidate.name === name);
  if (found === undefined) throw noSuchResource();
  const { group = definition.group, version = definition.version, schema, storage } = found;
  const target = { group, version, schema, storage };
  if (storage.list === undefined) return { ...target, definition, kind: found.kind };
  const { selectableFields = {}, ownVersions = false } = found;
  const { columns: _columns, ...named } = definition;
  return { ...target, definition: { ...named, selectableFields, ownVersions }, kind: itemKind(found.kind) };
}

/** The kind of what a list kind lists. */
const itemKind = (listKind: string): string => listKind.replace(/List$/, '');
