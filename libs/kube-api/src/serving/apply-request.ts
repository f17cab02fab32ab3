import { assertDistinctElements } from '../apply/configuration-keys.js';
import { applyOptions } from '../apply/field-manager.js';
import { ownedPart } from '../apply/owned-part.js';
import type { JsonObject } from '../schema/json.js';
import { ApiError, badRequest, conflict } from '../status.js';
import { groupResource, type KubeObject, type Written } from '../storage/resource.js';
import { readConfiguration } from './body.js';
import { withConfiguration, type Writer } from './owned-write.js';
import { keyOf, named, withPlace } from './placed-object.js';
import type { ResourceCall } from './resource-call.js';
import { isDryRun } from './write-options.js';

/** Times that an object may come and go while it is being applied. */
const MAX_ATTEMPTS = 5;

/**
 * Server-side apply: makes an object what a configuration says, as far as the configuration says anything, and creates
 * it where it is not there.
 *
 * @throws ApiError 409 with a cause for each field that somebody else owns.
 */
export async function applyRequest(call: ResourceCall): Promise<Written> {
  const { target, context, info, request } = call;
  const { name: fieldManager, force } = applyOptions(request.query);
  const dryRun = isDryRun(request.query.getAll('dryRun'), 'PatchOptions');
  const sent = withPlace(readConfiguration(request, target, context.warn), info);
  const config = target.definition.ownership?.asKept?.(sent) ?? sent;
  if ((config.metadata.managedFields ?? []).length > 0) throw badRequest('metadata.managedFields must be nil');
  const { subresource } = info;
  assertDistinctElements(target.schema, ownedPart(config as unknown as JsonObject, subresource));
  if (target.definition.ownership === undefined) context.warn(notTracked(target.definition.resource));
  const writer: Writer = { target, subresource, fieldManager, userAgent: context.userAgent };
  const desired = (current: KubeObject | undefined): KubeObject =>
    withConfiguration(writer, current, config, { force });
  for (let attempt = 1; ; attempt++) {
    try {
      return await updated(call, desired, dryRun);
    } catch (error) {
      if (!isMissing(error, call) || attempt > MAX_ATTEMPTS) throw error;
    }
    try {
      return await created(call, desired, dryRun);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists' || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

async function updated(
  { target, context, info }: ResourceCall,
  desired: (current: KubeObject | undefined) => KubeObject,
  dryRun: boolean,
): Promise<Written> {
  const result = await target.storage.update?.(context, keyOf(info), desired, { dryRun });
  if (result === undefined) throw new Error('an updatable resource can be updated');
  return result;
}

async function created(
  { target, context, info, mayCreate }: ResourceCall,
  desired: (current: KubeObject | undefined) => KubeObject,
  dryRun: boolean,
): Promise<Written> {
  await mayCreate();
  const object = desired(undefined);
  const { uid = '' } = object.metadata;
  if (uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(groupResource(target.definition), info.name, why);
  }
  const view = await target.storage.create?.(context, keyOf(info), named(target, info, object), { dryRun });
  if (view === undefined || 'status' in view) throw new Error('what is applied is kept');
  return { view, created: true };
}

/** Whether it is the object itself that is not there, and not its namespace or what it refers to. */
function isMissing(error: unknown, { target, info }: ResourceCall): boolean {
  return (
    error instanceof ApiError &&
    error.reason === 'NotFound' &&
    error.details.kind === target.definition.resource &&
    error.details.name === info.name &&
    info.subresource === '' &&
    target.storage.create !== undefined
  );
}

const notTracked = (resource: string): string =>
  `nobody is recorded as owner of fields of ${resource}: nothing conflicts, and what is no longer applied stays`;
