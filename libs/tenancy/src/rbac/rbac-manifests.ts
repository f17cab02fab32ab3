import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { MASTERS, RBAC_GROUP } from '#lib/access';
import { ConfigurationError } from '#lib/config';
import {
  ApiError,
  decode,
  isJsonArray,
  isJsonObject,
  type JsonValue,
  type KubeObject,
  type ObjectKey,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { SYSTEM } from '../system-actor.js';
import { withDefaults, RBAC_API_VERSION, type RoleBindingObject } from './rbac-objects.js';
import { isDeepStrictEqual } from 'node:util';

const MAX_FILES = 1_000;
const MAX_BYTES = 1024 * 1024;
const MAX_ATTEMPTS = 10;
const OVERTAKEN: ReadonlySet<string> = new Set(['AlreadyExists', 'Conflict', 'NotFound']);
const WRITE = { dryRun: false };

/** A manifest that could not be brought into force now, and why. */
export interface SkippedManifest {
  readonly file: string;
  readonly object: string;
  readonly why: string;
}

/** The order in which kinds are applied: roles are there before they are given. */
const KINDS = ['ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'];

interface Manifest {
  readonly file: string;
  readonly object: KubeObject;
  readonly resource: ResourceDefinition;
}

/**
 * Brings the roles and bindings of a folder into force: creates what is missing, changes what differs, and leaves alone
 * what is as it should be. What is not in the folder is not touched.
 *
 * @returns what has to wait because its namespace is not there.
 * @throws ConfigurationError for a file that holds something else than valid roles and bindings.
 */
export async function applyRbacManifests(
  directory: string,
  resources: readonly ResourceDefinition[],
): Promise<readonly SkippedManifest[]> {
  const manifests = await readManifests(directory, resources);
  const skipped: SkippedManifest[] = [];
  for (const kind of KINDS) {
    for (const { file, object, resource } of manifests.filter((each) => each.object.kind === kind)) {
      try {
        await applyUntilSettled(object, resource);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!isAboutNamespace(error)) throw failure(file, error.message);
        const { name, namespace } = object.metadata;
        skipped.push({ file, object: `${kind} ${namespace}/${name}`, why: error.message });
      }
    }
  }
  return skipped;
}

async function readManifests(directory: string, resources: readonly ResourceDefinition[]): Promise<Manifest[]> {
  const files = (await readdir(directory)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  if (files.length > MAX_FILES) throw failure(directory, `there are more than ${MAX_FILES} files`);
  const manifests: Manifest[] = [];
  for (const name of files) {
    const file = join(directory, name);
    for (const value of await documentsOf(file)) manifests.push(manifestOf(file, value, resources));
  }
  return manifests;
}

async function documentsOf(file: string): Promise<JsonValue[]> {
  if ((await stat(file)).size > MAX_BYTES) throw failure(file, `it is longer than ${MAX_BYTES} bytes`);
  const documents = parseAllDocuments(await readFile(file, 'utf8'));
  return [...documents].flatMap((document): JsonValue[] => {
    const [error] = document.errors;
    if (error !== undefined) throw failure(file, error.message);
    const value = document.toJS({ maxAliasCount: 0 }) as JsonValue;
    if (value === null) return [];
    const items = isJsonObject(value) && value['kind'] === 'List' ? value['items'] : undefined;
    return items !== undefined && isJsonArray(items) ? [...items] : [value];
  });
}

function manifestOf(file: string, value: JsonValue, resources: readonly ResourceDefinition[]): Manifest {
  const { kind, apiVersion } = isJsonObject(value) ? value : {};
  const resource = resources.find((each) => each.group === RBAC_GROUP && each.kind === kind);
  if (resource === undefined || apiVersion !== RBAC_API_VERSION) {
    throw failure(file, `only ${KINDS.join(', ')} of ${RBAC_API_VERSION} can be applied`);
  }
  try {
    const { value: object, unknown } = decode(resource.schema, value);
    if (unknown.length > 0) throw failure(file, `unknown field ${JSON.stringify(unknown[0])}`);
    const { metadata, ...rest } = { metadata: { name: '' }, ...object } as unknown as KubeObject;
    // Who owns fields on the server that a manifest comes from says nothing about this one.
    const { managedFields: _elsewhere, ...own } = metadata;
    return { file, object: { ...rest, metadata: own }, resource };
  } catch (error) {
    throw error instanceof ApiError ? failure(file, error.message) : error;
  }
}

/** Another process may be applying the same at this moment: then there is something else to do than there was. */
async function applyUntilSettled(object: KubeObject, resource: ResourceDefinition): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await apply(object, resource);
      return;
    } catch (error) {
      const isOvertaken = error instanceof ApiError && OVERTAKEN.has(error.reason) && !isAboutNamespace(error);
      if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function apply(object: KubeObject, { storage, namespaced }: ResourceDefinition): Promise<void> {
  const { name, namespace } = object.metadata;
  const key: ObjectKey = { name, ...(namespaced && namespace !== undefined ? { namespace } : {}) };
  const context = systemContext();
  const current = await currentOf(storage, context, key);
  if (current !== undefined && givesAnotherRole(object, current)) {
    // Which role a binding gives cannot be changed.
    await storage.delete?.(context, key, WRITE);
  } else if (current !== undefined) {
    await storage.update?.(context, key, () => object, WRITE);
    return;
  }
  await storage.create?.(context, key, object, WRITE);
}

async function currentOf(
  storage: ResourceStorage,
  context: RequestContext,
  key: ObjectKey,
): Promise<KubeObject | undefined> {
  try {
    return (await storage.get?.(context, key))?.object();
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}

function givesAnotherRole(object: KubeObject, current: KubeObject): boolean {
  if (!object.kind.endsWith('Binding')) return false;
  const wanted = withDefaults(object as RoleBindingObject).roleRef;
  return !isDeepStrictEqual(wanted, (current as RoleBindingObject).roleRef);
}

const isAboutNamespace = ({ reason, details }: ApiError): boolean =>
  (reason === 'NotFound' && details.kind === 'namespaces') ||
  (details.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating');

const systemContext = (): RequestContext => ({
  user: { name: SYSTEM.user, uid: '', groups: [MASTERS], extra: {} },
  requestId: 'start',
  signal: new AbortController().signal,
  warn: () => undefined,
});

const failure = (file: string, why: string): Error =>
  new ConfigurationError([{ where: 'access.rbacDirectory', message: `holds what cannot be used: ${file}: ${why}` }]);
