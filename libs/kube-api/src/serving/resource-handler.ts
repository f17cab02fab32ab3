import { generateName } from '../schema/generate-name.js';
import type { JsonObject } from '../schema/json.js';
import { responseForm } from '../negotiation/response-form.js';
import { applyPatch } from '../patch/apply-patch.js';
import { parseListOptions, type ListOptions } from '../selection/list-options.js';
import { ApiError, badRequest, fieldError, invalid, type Status } from '../status.js';
import type { RequestContext } from '../storage/request-context.js';
import type {
  Deleted,
  KubeObject,
  ResourceStorage,
  ObjectKey,
  ObjectView,
  Scope,
  Written,
} from '../storage/resource.js';
import type { IncludeObject } from '../table/table.js';
import { writeWatch, type WatchedStorage } from '../watch/watch-response.js';
import { jsonResponse, type ApiRequest, type ApiResponse } from './api-request.js';
import { apiVersionOf, conform, mediaTypeOf, readObject } from './body.js';
import { writeList } from './list-response.js';
import { presentationOf, type Presentation } from './presentation.js';
import type { ResourceRequest } from './request-info.js';
import type { Target } from './resource-registry.js';
import { selectionOf } from './selection.js';
import { deleteOptions, isDryRun } from './write-options.js';
import type { ServerResponse } from 'node:http';

/** One request for a resource, with everything that is known of it. */
export interface ResourceCall {
  readonly request: ApiRequest;
  readonly info: ResourceRequest;
  readonly target: Target;
  readonly context: RequestContext;
  /** For answers that are written as they come. */
  readonly response: ServerResponse;
  /** Version of the newest event. */
  readonly latestVersion: () => Promise<number>;
}

/** @returns the answer, or nothing where it has been written already. */
export async function handleResource(call: ResourceCall): Promise<ApiResponse | undefined> {
  switch (call.info.verb) {
    case 'get':
      return get(call);
    case 'list':
      return list(call);
    case 'watch':
      return watch(call);
    case 'create':
      return create(call);
    case 'update':
      return update(call);
    case 'patch':
      return patch(call);
    case 'delete':
      return remove(call);
    case 'deletecollection':
      return removeCollection(call);
  }
}

async function get(call: ResourceCall): Promise<ApiResponse> {
  await assertNotFuture(call, call.request.query.get('resourceVersion') ?? '');
  const view = await call.target.storage.get?.(call.context, keyOf(call.info));
  if (view === undefined) throw new Error('a readable resource can be read');
  return answer(call, 200, view);
}

async function list(call: ResourceCall): Promise<ApiResponse | undefined> {
  const options = listOptions(call);
  await assertNotFuture(call, options.resourceVersion ?? '');
  const { storage } = call.target;
  const found = await storage.list?.(call.context, {
    ...scopeOf(call, options),
    ...(options.limit === undefined || options.limit === 0 ? {} : { limit: options.limit }),
    ...(options.continue === undefined ? {} : { after: options.continue.after }),
  });
  if (found === undefined) throw new Error('a listed resource has a list');
  if (found.status !== undefined) return jsonResponse(200, success({}, 200));
  await writeList(call.response, found, presentation(call), options);
  return undefined;
}

async function watch(call: ResourceCall): Promise<undefined> {
  const options = listOptions(call);
  await assertNotFuture(call, options.resourceVersion ?? '');
  const { storage, definition } = call.target;
  if (!canBeWatched(storage)) throw new Error('a watched resource can be listed');
  const { name } = call.info;
  const scope = scopeOf(call, options);
  // A watch on one object's path is one on the collection that selects its name.
  const selects =
    name === '' ? scope.selects : { name, labels: () => true, fields: (view: ObjectView) => view.name === name };
  const form = JSON.stringify([responseForm(call.request.headers.accept), include(call)]);
  await writeWatch(call.response, {
    storage,
    scope: { ...scope, ...(selects && { selects }) },
    options,
    presentation: presentation(call),
    form: form.includes('"Object"') && form.startsWith('[{"as":"Object"') ? 'Object' : `${definition.resource} ${form}`,
    context: call.context,
  });
}

async function create(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  const object = named(call, withPlace(readObject(request, target, 'create', context.warn), info));
  const dryRun = isDryRun(request.query.getAll('dryRun'), 'CreateOptions');
  const created = await target.storage.create?.(context, keyOf(info, object.metadata.name), object, { dryRun });
  if (created === undefined) throw new Error('a creatable resource can be created');
  if ('status' in created) return jsonResponse(201, success({}, 201));
  return answer(call, 201, created);
}

async function update(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  const object = withPlace(readObject(request, target, 'update', context.warn), info);
  return written(call, await store(call, () => object, 'UpdateOptions'));
}

async function patch(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  const contentType = mediaTypeOf(request);
  const text = request.body?.toString('utf8') ?? '';
  const desired = (current: KubeObject | undefined): KubeObject => {
    const base = current ?? { kind: target.kind, apiVersion: apiVersionOf(target), metadata: keyOf(info) };
    const patched = applyPatch(contentType, target.schema, base as unknown as JsonObject, text);
    const conformed = conform(patched, target, { request, options: 'PatchOptions', text: '', warn: context.warn });
    return withPlace(conformed, info);
  };
  return written(call, await store(call, desired, 'PatchOptions'));
}

async function store(
  call: ResourceCall,
  desired: (current: KubeObject | undefined) => KubeObject,
  options: string,
): Promise<Written> {
  const { target, context, info, request } = call;
  const dryRun = isDryRun(request.query.getAll('dryRun'), options);
  const result = await target.storage.update?.(context, keyOf(info), desired, { dryRun });
  if (result === undefined) throw new Error('an updatable resource can be updated');
  return result;
}

async function remove(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  const deleted = await target.storage.delete?.(context, keyOf(info), deleteOptions(request));
  if (deleted !== undefined && isView(deleted)) return answer(call, 200, deleted);
  const { group, resource } = target.definition;
  const details = { name: info.name, ...(group && { group }), kind: resource, ...(deleted && { uid: deleted.uid }) };
  return jsonResponse(200, success({ details }, 200));
}

async function removeCollection(call: ResourceCall): Promise<undefined> {
  const options = listOptions(call);
  const { target, context, request } = call;
  const deleted = await target.storage.deleteCollection?.(context, scopeOf(call, options), deleteOptions(request));
  if (deleted === undefined) throw new Error('a collection that can be deleted can be deleted');
  await writeList(call.response, deleted, presentation(call), options);
}

const canBeWatched = (storage: ResourceStorage): storage is WatchedStorage =>
  storage.watch !== undefined && storage.list !== undefined;

const isView = (deleted: ObjectView | Deleted): deleted is ObjectView => 'json' in deleted;

const keyOf = ({ namespace, name }: ResourceRequest, own = name): ObjectKey => ({
  ...(namespace === undefined ? {} : { namespace }),
  name: own,
});

const listOptions = ({ request, target }: ResourceCall): ListOptions =>
  parseListOptions(request.query, Object.keys(target.definition.selectableFields ?? {}));

function scopeOf({ info, target }: ResourceCall, options: ListOptions): Scope {
  const selects = selectionOf(target.definition, options);
  return { ...(info.namespace === undefined ? {} : { namespace: info.namespace }), ...(selects && { selects }) };
}

const presentation = (call: ResourceCall): Presentation =>
  presentationOf(responseForm(call.request.headers.accept), call.target, include(call));

function include({ request }: ResourceCall): IncludeObject {
  const wanted = request.query.get('includeObject') ?? '';
  if (wanted === 'Object' || wanted === 'None' || wanted === 'Metadata') return wanted;
  if (wanted === '') return 'Metadata';
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(wanted)}`);
}

const written = (call: ResourceCall, { view, created }: Written): ApiResponse =>
  answer(call, created ? 201 : 200, view);

const answer = (call: ResourceCall, code: number, view: ObjectView): ApiResponse => ({
  code,
  body: presentation(call).single(view),
});

/** The object, in the place that the path names. */
function withPlace(object: KubeObject, { namespace, name }: ResourceRequest): KubeObject {
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
function named({ target, info }: ResourceCall, object: KubeObject): KubeObject {
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

function success(rest: Pick<Status, 'details'>, code: number): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', ...rest, code };
}

/** A version that no event has yet cannot be waited for. */
async function assertNotFuture({ latestVersion, target }: ResourceCall, version: string): Promise<void> {
  if (version === '' || version === '0' || target.definition.ownVersions) return;
  const latest = await latestVersion();
  if (Number(version) <= latest) return;
  throw new ApiError('Timeout', `Too large resource version: ${version}, current: ${latest}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
