import type { EventStore, Loaded, Precondition } from '#lib/event-store';
import type { DeclaredKind, DeclaredStates } from '#lib/events';
import {
  alreadyExists,
  deleteEach,
  forbidden,
  notFound,
  viewOf,
  type Change,
  type ChangeBatch,
  type Deleted,
  type DeleteOptions,
  type Desired,
  type KubeObject,
  type ListRequest,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
  type Scope,
  type WriteOptions,
  type Written,
} from '#lib/kube-api';
import type { ChangeFeed, DeclaredDocument, ReadModel, SubjectChange } from '#lib/read-model';
import { eventContext } from '../event-context.js';
import { assertNamespaceActive } from '../namespaces/assert-namespace-active.js';
import { assertPreconditions, newObject, updatedObject } from '../object-writes.js';
import { asStatus } from '../refusal-status.js';
import { selectedPages } from '../selected-pages.js';
import { untilCurrent } from '../write-loop.js';
import type { DeclaredCommand } from './declared-decider.js';
import type { DeclaredFamily } from './declared-family.js';
import type { DeclaredPlace, DeclaredService } from './declared-service.js';

export interface DeclaredStorageDeps {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly changes: Pick<ChangeFeed, 'after'>;
  readonly service: DeclaredService;
}

type Present<K extends DeclaredKind> = Loaded<DeclaredStates[K]>;

/** A resource whose objects are no more than what was declared last. */
export class DeclaredStorage<K extends DeclaredKind> implements ResourceStorage {
  constructor(
    private readonly deps: DeclaredStorageDeps,
    private readonly family: DeclaredFamily<K>,
    /** What of this kind every server has and nobody can change, sorted by name. */
    private readonly builtin: readonly DeclaredDocument<K>[] = [],
  ) {}

  async get(_context: RequestContext, { namespace, name }: ObjectKey): Promise<ObjectView> {
    await this.freshen();
    const { kind, resource } = this.family;
    const found = this.builtinNamed(name) ?? (await this.deps.readModel.declared(kind, namespace, name));
    if (found === undefined) throw notFound(resource, name);
    return this.view(found);
  }

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    await this.freshen();
    const { readModel } = this.deps;
    const { kind } = this.family;
    return selectedPages(
      `${readModel.position}`,
      request,
      async (after, limit) => {
        const page = await readModel.declaredList(kind, request.namespace, { limit, ...(after && { after }) });
        return Promise.all(this.withBuiltin(page, after, limit).map((document) => this.view(document)));
      },
      keyOf,
    );
  }

  async *watch(context: RequestContext, { namespace, selects }: Scope, after: number): AsyncIterable<ChangeBatch> {
    for await (const { position, changes } of this.deps.changes.after(after, context.signal)) {
      const own = await Promise.all(changes.map((change) => this.change(change)));
      const seen = own
        .filter((change) => change !== undefined)
        .filter(({ view }) => namespace === undefined || view.namespace === namespace)
        .filter(({ view }) => selects?.name === undefined || selects.name === view.name);
      yield { resourceVersion: `${position}`, changes: seen };
    }
  }

  async create(
    context: RequestContext,
    key: Partial<ObjectKey>,
    sent: KubeObject,
    options: WriteOptions,
  ): Promise<ObjectView> {
    const { family } = this;
    const { resource } = family;
    const object = newObject(resource, key, family.complete(sent), (each) => family.faults(each));
    const { name } = object.metadata;
    const namespace = resource.namespaced ? object.metadata.namespace : undefined;
    if (namespace !== undefined) {
      await assertNamespaceActive(this.deps.readModel, namespace, { resource, name });
    }
    if (this.builtinNamed(name) !== undefined) throw alreadyExists(resource, name);
    await family.assertMayState?.(context.user, { resource, namespace, name }, object);
    const place = this.place({ name, ...(namespace === undefined ? {} : { namespace }) });
    const command = family.creation(place, this.deps.service.birth(), object);
    return this.write(context, place, command, options, object);
  }

  async update(context: RequestContext, key: ObjectKey, desired: Desired, options: WriteOptions): Promise<Written> {
    const { family } = this;
    const { resource } = family;
    const { name } = key;
    this.assertNotBuiltin(name, 'changed');
    const place = this.place(key);
    const view = await untilCurrent(resource, name, async () => {
      const loaded = await this.load(place);
      const before = (await this.view(this.document(loaded))).object();
      const object = updatedObject(resource, before, family.complete(desired(before)), (after, was) =>
        family.updateFaults(after, was),
      );
      const target = { resource, namespace: place.namespace, name };
      await family.assertMayState?.(context.user, target, object, before);
      const command = family.change(place, object, loaded.state);
      return this.write(context, place, command, options, object, { version: loaded.version });
    });
    return { view, created: false };
  }

  async delete(context: RequestContext, key: ObjectKey, options: DeleteOptions): Promise<Deleted> {
    const { family } = this;
    this.assertNotBuiltin(key.name, 'deleted');
    const place = this.place(key);
    return untilCurrent(family.resource, key.name, async () => {
      const loaded = await this.load(place);
      const { uid } = loaded.state;
      const before = (await this.view(this.document(loaded))).object();
      assertPreconditions(family.resource, before, options.preconditions);
      if (options.dryRun) return { uid };
      const precondition = options.preconditions?.resourceVersion === undefined ? {} : { version: loaded.version };
      await this.handle(context, place, family.deletion(place, uid), {}, precondition);
      return { uid };
    });
  }

  /** What is built in stays. */
  deleteCollection(context: RequestContext, scope: Scope, options: DeleteOptions): Promise<ListResult> {
    const storage = {
      list: async (of: RequestContext, request: ListRequest) => {
        const found = await this.list(of, request);
        return { ...found, items: this.withoutBuiltin(found.items) };
      },
      delete: (of: RequestContext, key: ObjectKey, how: DeleteOptions) => this.delete(of, key, how),
    };
    return deleteEach(storage, context, scope, options);
  }

  private async *withoutBuiltin(items: AsyncIterable<readonly ObjectView[]>): AsyncIterable<readonly ObjectView[]> {
    for await (const views of items) yield views.filter(({ name }) => this.builtinNamed(name) === undefined);
  }

  private async write(
    context: RequestContext,
    place: DeclaredPlace<K>,
    command: DeclaredCommand,
    { dryRun }: WriteOptions,
    { metadata: { annotations = {} } }: KubeObject,
    precondition: Precondition = {},
  ): Promise<ObjectView> {
    const after = dryRun
      ? await asStatus(this.family.resource, () => this.deps.service.preview(place, command))
      : await this.handle(context, place, command, annotations, precondition);
    if (after.state === undefined) throw new Error('what is written is there afterwards');
    return this.view(this.document({ ...after, state: after.state }));
  }

  private handle(
    context: RequestContext,
    place: DeclaredPlace<K>,
    command: DeclaredCommand,
    annotations: Readonly<Record<string, string>>,
    precondition: Precondition,
  ): Promise<Loaded<DeclaredStates[K] | undefined>> {
    return asStatus(this.family.resource, async () => {
      const { service, readModel } = this.deps;
      const handled = await service.handle(place, command, eventContext(context, annotations), precondition);
      await Promise.all([readModel.waitFor(handled.version), this.family.inForce?.(handled.version)]);
      return handled;
    });
  }

  private async load(place: DeclaredPlace<K>): Promise<Present<K>> {
    const loaded = await this.deps.service.load(place);
    if (loaded.state === undefined) throw notFound(this.family.resource, place.name);
    return { ...loaded, state: loaded.state };
  }

  private async change({ before, after, position }: SubjectChange): Promise<Change | undefined> {
    const { kind } = this.family;
    if (before.kind !== kind || after.kind !== kind || !('object' in before) || !('object' in after)) return undefined;
    const viewAt = (object: typeof before.object, version: number): Promise<ObjectView> | undefined =>
      object && this.view({ kind, object: object as DeclaredStates[K], version });
    const previous = await viewAt(before.object, before.version);
    const view = await viewAt(after.object, after.version);
    if (view !== undefined)
      return previous === undefined ? { type: 'ADDED', view } : { type: 'MODIFIED', view, previous };
    // The last that is seen of it carries the position at which it went.
    const last = await viewAt(before.object, position);
    return last && { type: 'DELETED', view: last, ...(previous && { previous }) };
  }

  private withBuiltin(
    page: readonly DeclaredDocument<K>[],
    after: readonly string[] | undefined,
    limit: number,
  ): readonly DeclaredDocument<K>[] {
    if (this.builtin.length === 0) return page;
    const last = page.length < limit ? undefined : page.at(-1)?.object.name;
    const due = this.builtin.filter(
      ({ object: { name } }) =>
        (after === undefined || byBytes(name, after[0] ?? '') > 0) && (last === undefined || byBytes(name, last) < 0),
    );
    return [...page, ...due].sort((a, b) => byBytes(a.object.name, b.object.name)).slice(0, limit);
  }

  private builtinNamed(name: string): DeclaredDocument<K> | undefined {
    return this.builtin.find(({ object }) => object.name === name);
  }

  private assertNotBuiltin(name: string, what: string): void {
    const { resource } = this.family;
    if (this.builtinNamed(name) !== undefined) {
      throw forbidden(resource, name, `it is built in and cannot be ${what}; make one of your own under another name`);
    }
  }

  private document({ state, version }: Present<K>): DeclaredDocument<K> {
    return { kind: this.family.kind, object: state, version };
  }

  private async view(document: DeclaredDocument<K>): Promise<ObjectView> {
    return viewOf(await this.family.shown(document));
  }

  private place({ namespace, name }: ObjectKey): DeclaredPlace<K> {
    return { kind: this.family.kind, ...(this.family.resource.namespaced ? { namespace } : {}), name };
  }

  /** A read is as fresh as the log. */
  private async freshen(): Promise<void> {
    const position = await this.deps.store.lastPosition();
    await Promise.all([this.deps.readModel.waitFor(position), this.family.inForce?.(position)]);
  }
}

const keyOf = ({ namespace, name }: ObjectView): readonly string[] =>
  namespace === undefined ? [name] : [namespace, name];

/** In the order in which lists are sorted. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
