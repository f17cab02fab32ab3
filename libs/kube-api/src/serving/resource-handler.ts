import type { JsonObject } from '../schema/json.js';
import { responseForm, watchForm } from '../negotiation/response-form.js';
import { fieldManagerOf } from '../apply/field-manager.js';
import { applyPatch, APPLY_PATCH_TYPE } from '../patch/apply-patch.js';
import { parseListOptions, type ListOptions } from '../selection/list-options.js';
import { ApiError, badRequest, type Status } from '../status.js';
import type { Deleted, KubeObject, ResourceStorage, ObjectView, Scope, Written } from '../storage/resource.js';
import type { IncludeObject } from '../table/table.js';
import { writeWatch, type WatchedStorage } from '../watch/watch-response.js';
import { applyRequest } from './apply-request.js';
import { jsonResponse, type ApiResponse } from './api-request.js';
import { apiVersionOf, conform, mediaTypeOf, readObject } from './body.js';
import { acceptsGzip } from '../negotiation/content-encoding.js';
import { writeList } from './list-response.js';
import { withOwners, type Writer } from './owned-write.js';
import { keyOf, named, withPlace } from './placed-object.js';
import { presentationOf, type Presentation } from './presentation.js';
import type { ResourceCall } from './resource-call.js';
import { isListRead } from './resource-registry.js';
import { selectionOf } from './selection.js';
import { deleteOptions, isDryRun } from './write-options.js';

/** @returns the answer, or nothing where it has been written already. */
export async function handleResource(call: ResourceCall): Promise<ApiResponse | undefined> {
  switch (call.info.verb) {
    case 'get':
      return isListRead(call.info, call.target) ? list(call) : get(call);
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
  const shown = presentation(call);
  await assertNotFuture(call, call.request.query.get('resourceVersion') ?? '');
  const view = await call.target.storage.get?.(call.context, keyOf(call.info));
  if (view === undefined) throw new Error('a readable resource can be read');
  return answer(shown, 200, view);
}

async function list(call: ResourceCall): Promise<ApiResponse | undefined> {
  const shown = presentation(call);
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
  await writeList(call.response, found, shown, options, acceptsGzip(call.request));
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
  const shownAs = watchForm(call.request.headers.accept);
  const form = JSON.stringify([shownAs, include(call)]);
  await writeWatch(call.response, {
    storage,
    scope: { ...scope, ...(selects && { selects }) },
    options,
    presentation: presentationOf(shownAs, call.target, include(call)),
    form: form.includes('"Object"') && form.startsWith('[{"as":"Object"') ? 'Object' : `${definition.resource} ${form}`,
    context: call.context,
  });
}

async function create(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  // In which form it will be shown is settled before anything is written.
  const shown = presentation(call);
  const writer = writerOf(call, 'CreateOptions');
  const sent = named(target, info, withPlace(readObject(request, target, 'create', context.warn), info));
  const object = withOwners(writer, undefined, sent);
  const dryRun = isDryRun(request.query.getAll('dryRun'), 'CreateOptions');
  const created = await target.storage.create?.(context, keyOf(info, object.metadata.name), object, { dryRun });
  if (created === undefined) throw new Error('a creatable resource can be created');
  if ('status' in created) return jsonResponse(201, success({}, 201));
  return answer(shown, 201, created);
}

async function update(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  const shown = presentation(call);
  const writer = writerOf(call, 'UpdateOptions');
  const object = withPlace(readObject(request, target, 'update', context.warn), info);
  const desired = (current: KubeObject | undefined): KubeObject => withOwners(writer, current, object);
  return written(shown, await store(call, desired, 'UpdateOptions'));
}

async function patch(call: ResourceCall): Promise<ApiResponse> {
  const { target, context, info, request } = call;
  const shown = presentation(call);
  const contentType = mediaTypeOf(request);
  if (contentType === APPLY_PATCH_TYPE) return written(shown, await applyRequest(call));
  const writer = writerOf(call, 'PatchOptions');
  const text = request.body?.toString('utf8') ?? '';
  const desired = (current: KubeObject | undefined): KubeObject => {
    const base = current ?? { kind: target.kind, apiVersion: apiVersionOf(target), metadata: keyOf(info) };
    const patched = applyPatch(contentType, target.schema, base as unknown as JsonObject, text);
    const conformed = conform(patched, target, { request, options: 'PatchOptions', text: '', warn: context.warn });
    return withOwners(writer, current, withPlace(conformed, info));
  };
  return written(shown, await store(call, desired, 'PatchOptions'));
}

const writerOf = (
  { target, info, request, context }: ResourceCall,
  options: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): Writer => ({
  target,
  subresource: info.subresource,
  fieldManager: fieldManagerOf(request.query, options),
  userAgent: context.userAgent,
});

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
  const shown = presentation(call);
  const deleted = await target.storage.delete?.(context, keyOf(info), deleteOptions(request));
  if (deleted !== undefined && isView(deleted)) return answer(shown, 200, deleted);
  const { group, resource } = target.definition;
  const details = { name: info.name, ...(group && { group }), kind: resource, ...(deleted && { uid: deleted.uid }) };
  return jsonResponse(200, success({ details }, 200));
}

async function removeCollection(call: ResourceCall): Promise<undefined> {
  const shown = presentation(call);
  const options = listOptions(call);
  const { target, context, request } = call;
  const deleted = await target.storage.deleteCollection?.(context, scopeOf(call, options), deleteOptions(request));
  if (deleted === undefined) throw new Error('a collection that can be deleted can be deleted');
  await writeList(call.response, deleted, shown, options, acceptsGzip(request));
}

const canBeWatched = (storage: ResourceStorage): storage is WatchedStorage =>
  storage.watch !== undefined && storage.list !== undefined;

const isView = (deleted: ObjectView | Deleted): deleted is ObjectView => 'json' in deleted;

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

const written = (shown: Presentation, { view, created }: Written): ApiResponse =>
  answer(shown, created ? 201 : 200, view);

const answer = (shown: Presentation, code: number, view: ObjectView): ApiResponse => ({
  code,
  contentType: shown.contentType,
  body: shown.single(view),
});

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
