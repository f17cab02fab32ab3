import { APPLY_PATCH_TYPE, PATCH_TYPES } from '../patch/apply-patch.js';
import { deleteOptions, listSchemaOf, status } from '../schema/meta.js';
import { object } from '../schema/schema.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { ResourceDefinition, ResourceStorage, SubresourceDefinition } from '../storage/resource.js';
import type { GroupVersionKind } from './json-schema.js';
import { apiPath } from './options.js';
import type { OpenApiOptions } from './options.js';
import {
  DELETE_COLLECTION_PARAMETERS,
  DELETE_PARAMETERS,
  LIST_AND_WATCH_PARAMETERS,
  LIST_PARAMETERS,
  PATCH_PARAMETERS,
  WRITE_PARAMETERS,
} from './parameters.js';
import type { PathParameterName, QueryParameter } from './parameters.js';

/** One request that a resource answers, as both versions of OpenAPI tell of it. */
export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  /** Kubernetes' own word for it; clients find operations by it. */
  readonly action: Action;
  readonly id: string;
  /** Group and version, by which documentation is divided. */
  readonly tag: string;
  readonly description: string;
  /** The kind that the operation is about: of a list, that of its items. */
  readonly kind: GroupVersionKind;
  readonly pathParameters: readonly PathParameterName[];
  readonly query: readonly QueryParameter[];
  readonly body?: OperationBody;
  readonly answer: ObjectSchema;
  readonly answerTypes: readonly string[];
  readonly codes: readonly SuccessCode[];
}

export type SuccessCode = 200 | 201 | 202;

export const REASON_PHRASES: Readonly<Record<SuccessCode, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

export type Action = 'list' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection';

export interface OperationBody {
  readonly shape: ObjectSchema;
  readonly mediaTypes: readonly string[];
  readonly required: boolean;
}

/** What a resource and its subresources answer: an operation for each method that their storages have. */
export function operationsOf(definition: ResourceDefinition, options: OpenApiOptions): readonly Operation[] {
  const base = apiPath(definition);
  const { storage, resource, namespaced } = definition;
  const collection = `${base}${namespaced ? '/namespaces/{namespace}' : ''}/${resource}`;
  const scope: readonly PathParameterName[] = namespaced ? ['namespace'] : [];
  const target: Target = {
    definition,
    kind: definition.kind,
    gvk: gvkOf(definition),
    shape: definition.schema,
    path: `${collection}/{name}`,
    pathParameters: ['name', ...scope],
    suffix: '',
  };
  return [
    ...collectionOperations({ ...target, path: collection, pathParameters: scope }),
    ...(namespaced && storage.list ? [everywhere({ ...target, path: `${base}/${resource}`, pathParameters: [] })] : []),
    ...objectOperations(target, storage, options),
    ...(storage.delete ? [deletion(target)] : []),
    ...(definition.subresources ?? []).flatMap((subresource) => {
      const place = subresourceTarget(target, subresource);
      return [
        ...(subresource.storage.create ? [creation(place)] : []),
        ...(subresource.storage.list ? [{ ...reading(place), query: LIST_PARAMETERS }] : []),
        ...objectOperations(place, subresource.storage, options),
      ];
    }),
  ];
}

/** The list kind of a resource, as `list` answers it. */
export const listKindOf = ({ kind, schema }: ResourceDefinition): ObjectSchema =>
  listSchemaOf(schema, `Some or all objects of kind ${kind}.`);

export const gvkOf = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind });

/** What a path leads to. */
interface Target {
  readonly definition: ResourceDefinition;
  readonly kind: string;
  readonly gvk: GroupVersionKind;
  readonly shape: ObjectSchema;
  readonly path: string;
  readonly pathParameters: readonly PathParameterName[];
  /** Name of the subresource in operation ids. */
  readonly suffix: string;
}

function subresourceTarget(target: Target, subresource: SubresourceDefinition): Target {
  const { group, version } = target.definition;
  return {
    ...target,
    kind: subresource.kind,
    gvk: gvkOf({ group, version, ...subresource }),
    shape: subresource.schema,
    path: `${target.path}/${subresource.name}`,
    suffix: capitalised(subresource.name),
  };
}

function collectionOperations(target: Target): readonly Operation[] {
  const { storage } = target.definition;
  return [
    ...(storage.list ? [listing(target, '')] : []),
    ...(storage.create ? [creation(target)] : []),
    ...(storage.deleteCollection ? [collectionDeletion(target)] : []),
  ];
}

function objectOperations(
  target: Target,
  storage: Pick<ResourceStorage, 'get' | 'update'>,
  options: OpenApiOptions,
): readonly Operation[] {
  return [
    ...(storage.get ? [reading(target)] : []),
    ...(storage.update ? [replacement(target), patch(target, options)] : []),
  ];
}

const JSON_ONLY = ['application/json'] as const;
const OBJECT_TYPES = ['application/json', 'application/yaml'] as const;
const WATCH_TYPES = ['application/json', 'application/json;stream=watch'] as const;

const patchShape = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'Changes to an object, in the format that the content type names.',
  {},
);

function listing(target: Target, where: '' | 'ForAllNamespaces'): Operation {
  const { definition } = target;
  const watches = definition.storage.watch !== undefined;
  return {
    ...shared(target),
    method: 'get',
    action: 'list',
    id: operationId('list', target, { where }),
    description: `List ${watches ? 'or watch ' : ''}objects of kind ${target.kind}.`,
    query: watches ? LIST_AND_WATCH_PARAMETERS : LIST_PARAMETERS,
    answer: listKindOf(definition),
    answerTypes: watches ? WATCH_TYPES : JSON_ONLY,
    codes: [200],
  };
}

const everywhere = (target: Target): Operation => listing(target, 'ForAllNamespaces');

const creation = (target: Target): Operation => ({
  ...shared(target),
  method: 'post',
  action: 'post',
  id: operationId('create', target),
  description: `Create ${indefinite(target.kind)}.`,
  query: WRITE_PARAMETERS,
  body: { shape: target.shape, mediaTypes: OBJECT_TYPES, required: true },
  codes: [200, 201, 202],
});

const reading = (target: Target): Operation => ({
  ...shared(target),
  method: 'get',
  action: 'get',
  id: operationId('read', target),
  description: `Read the ${target.kind} of that name.`,
  query: [],
  codes: [200],
});

const replacement = (target: Target): Operation => ({
  ...shared(target),
  method: 'put',
  action: 'put',
  id: operationId('replace', target),
  description: `Replace the ${target.kind} of that name.`,
  query: WRITE_PARAMETERS,
  body: { shape: target.shape, mediaTypes: OBJECT_TYPES, required: true },
  codes: [200, 201],
});

const patch = (target: Target, { serverSideApply = false }: OpenApiOptions): Operation => ({
  ...shared(target),
  method: 'patch',
  action: 'patch',
  id: operationId('patch', target),
  description: `Change parts of the ${target.kind} of that name.`,
  query: PATCH_PARAMETERS,
  body: {
    shape: patchShape,
    mediaTypes: serverSideApply ? [APPLY_PATCH_TYPE, ...PATCH_TYPES] : PATCH_TYPES,
    required: true,
  },
  codes: [200, 201],
});

const deletion = (target: Target): Operation => ({
  ...shared(target),
  method: 'delete',
  action: 'delete',
  id: operationId('delete', target),
  description: `Delete the ${target.kind} of that name.`,
  query: DELETE_PARAMETERS,
  body: { shape: deleteOptions, mediaTypes: OBJECT_TYPES, required: false },
  answer: status,
  codes: [200, 202],
});

const collectionDeletion = (target: Target): Operation => ({
  ...shared(target),
  method: 'delete',
  action: 'deletecollection',
  id: operationId('delete', target, { of: 'Collection' }),
  description: `Delete the objects of kind ${target.kind} that are selected.`,
  query: DELETE_COLLECTION_PARAMETERS,
  body: { shape: deleteOptions, mediaTypes: OBJECT_TYPES, required: false },
  answer: status,
  codes: [200],
});

const shared = ({ definition, path, pathParameters, gvk, shape }: Target) => ({
  path,
  tag: `${definition.group || 'core'}_${definition.version}`,
  pathParameters,
  kind: gvk,
  answer: shape,
  answerTypes: JSON_ONLY,
});

/** Such as `readImageOpenshiftIoV1NamespacedImageStreamStatus`: what generated clients call their functions. */
function operationId(verb: string, { definition, suffix }: Target, { of = '', where = '' } = {}): string {
  const scope = definition.namespaced && where === '' ? 'Namespaced' : '';
  return `${verb}${apiName(definition)}${of}${scope}${definition.kind}${suffix}${where}`;
}

const apiName = ({ group, version }: ResourceDefinition): string => {
  const name = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return [...name.split(/[^A-Za-z0-9]+/), version].map(capitalised).join('');
};

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const indefinite = (kind: string): string => `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;
