import type { ObjectSchema } from '../schema/schema.js';
import type { GroupResource } from '../status.js';
import type { TableColumn } from '../table/table.js';
import type { RequestContext } from './request-context.js';

export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly object[];
  readonly managedFields?: readonly object[];
}

export interface KubeObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
}

/**
 * One object as of one moment. Metadata is at hand; the JSON is made when somebody wants it, and only once.
 */
export interface ObjectView<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly namespace?: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The object as JSON text. */
  json(): string | Buffer;
  object(): T;
}

export interface ObjectKey {
  /** Absent for cluster-scoped resources. */
  readonly namespace?: string;
  readonly name: string;
}

/** What a list or a watch is about. */
export interface Scope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Whether an object is wanted; `undefined` when all are. */
  readonly selects?: Selection;
}

export interface Selection {
  /** Set when the selector asks for one name: storages may read just that object. */
  readonly name?: string;
  /** Decided on labels alone, so that an object need not be rendered to be left out. */
  labels(labels: Readonly<Record<string, string>>): boolean;
  /** Decided on the object; `undefined` when there is no field selector. */
  readonly fields?: (view: ObjectView) => boolean;
}

export interface ListRequest extends Scope {
  readonly limit?: number;
  /** Key after which the list goes on, as the page before gave it. */
  readonly after?: readonly string[];
}

export interface ListResult {
  /** The moment that the list shows: a watch from here misses nothing. */
  readonly resourceVersion: string;
  /** In chunks, so that a long list is sent while it is read. */
  readonly items: AsyncIterable<readonly ObjectView[]>;
  /** Known when the items have been read: where the next page starts, if there is one. */
  readonly next: () => readonly string[] | undefined;
  /** Answer with a mere Status, and no items: for what can be asked for but is not kept, such as project requests. */
  readonly status?: 'Success';
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly view: ObjectView;
  /** The object before a modification, for watchers whose selector it entered or left. */
  readonly previous?: ObjectView;
}

/** Everything that happened up to a position. */
export interface ChangeBatch {
  readonly resourceVersion: string;
  readonly changes: readonly Change[];
}

export interface WriteOptions {
  readonly dryRun: boolean;
}

export interface DeleteOptions extends WriteOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface Written {
  readonly view: ObjectView;
  readonly created: boolean;
}

/**
 * Changes the current object (`undefined`: there is none) into the one that is wanted. Called again when the object
 * was changed meanwhile. May throw an ApiError.
 */
export type Desired = (current: KubeObject | undefined) => KubeObject;

/** What a resource can do. The verbs that a client sees are those that are implemented. */
export interface ResourceStorage {
  get?(context: RequestContext, key: ObjectKey): Promise<ObjectView>;
  list?(context: RequestContext, request: ListRequest): Promise<ListResult>;
  /** Every change after a position, exactly once, in order; ends with the signal. */
  watch?(context: RequestContext, scope: Scope, after: number): AsyncIterable<ChangeBatch>;
  create?(
    context: RequestContext,
    key: Partial<ObjectKey>,
    object: KubeObject,
    options: WriteOptions,
  ): Promise<CreateResult>;
  update?(context: RequestContext, key: ObjectKey, desired: Desired, options: WriteOptions): Promise<Written>;
  /** @returns the object where the answer shows it; else what its Status says. */
  delete?(context: RequestContext, key: ObjectKey, options: DeleteOptions): Promise<ObjectView | Deleted | undefined>;
  deleteCollection?(context: RequestContext, scope: Scope, options: DeleteOptions): Promise<ListResult>;
}

/** An object is gone, and which one it was. */
export interface Deleted {
  readonly uid: string;
}

/** A created object, or success without one. */
export type CreateResult = ObjectView | { readonly status: 'Success' };

export interface SubresourceDefinition {
  readonly name: string;
  readonly kind: string;
  /** Group and version of the kind where they are not those of the resource. */
  readonly group?: string;
  readonly version?: string;
  readonly schema: ObjectSchema;
  /** With `list` it is a list of other objects: reading it is called "get", and takes the options of lists. */
  readonly storage: Pick<ResourceStorage, 'get' | 'list' | 'update' | 'create'>;
  /** Of what it lists: see those of a {@link ResourceDefinition}. */
  readonly selectableFields?: ResourceDefinition['selectableFields'];
  readonly ownVersions?: boolean;
}

export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly schema: ObjectSchema;
  /** Absent: name and age. */
  readonly columns?: TableDefinition;
  /** Fields that a field selector may name, besides `metadata.name` and `metadata.namespace`. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Whether `metadata.generateName` gives an object without a name one. */
  readonly generatesNames?: boolean;
  /** Whether resource versions are counted apart from the log, so that none can be told to be from the future. */
  readonly ownVersions?: boolean;
  /** Whether creating may take minutes, because remote systems are asked. */
  readonly longRunning?: boolean;
  readonly storage: ResourceStorage;
  /** Set where the storage keeps `metadata.managedFields`: it is then recorded who owns which fields of an object. */
  readonly ownership?: FieldOwnership;
  readonly subresources?: readonly SubresourceDefinition[];
}

export interface FieldOwnership {
  /** Fills in what a client left out as the storage does, so that a default does not look like a change. */
  readonly complete?: (object: KubeObject) => KubeObject;
  /** Writes a configuration in the fields in which it is kept, where clients may also use others. */
  readonly asKept?: (configuration: KubeObject) => KubeObject;
}

export interface TableDefinition {
  readonly columns: readonly TableColumn[];
  /** The cells of one object, in the order of the columns. */
  readonly cells: (object: KubeObject, now: Date) => readonly (string | number | null)[];
}

export const groupResource = ({ group, resource }: ResourceDefinition): GroupResource => ({ group, resource });

/** An object that is there as a value; its JSON is printed when it is asked for. */
export function viewOf<T extends KubeObject>(object: T): ObjectView<T> {
  const { name, namespace, resourceVersion = '', labels = {} } = object.metadata;
  let text: string | undefined;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    resourceVersion,
    labels,
    json: () => (text ??= JSON.stringify(object)),
    object: () => object,
  };
}

/** A list whose items are all at hand. */
export function listOf(resourceVersion: string, views: readonly ObjectView[]): ListResult {
  return { resourceVersion, items: once(views), next: () => undefined };
}

async function* once(views: readonly ObjectView[]): AsyncIterable<readonly ObjectView[]> {
  if (views.length > 0) yield views;
}
