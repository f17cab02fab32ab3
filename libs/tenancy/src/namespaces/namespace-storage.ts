import type { EventStore, Loaded, Precondition } from '#lib/event-store';
import {
  dns1123Label,
  forbidden,
  notFound,
  type ChangeBatch,
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
import type { ChangeFeed, ReadModel } from '#lib/read-model';
import { eventContext } from '../event-context.js';
import { assertPreconditions, newObject, updatedObject, type WritableResource } from '../object-writes.js';
import { asStatus } from '../refusal-status.js';
import { selectedPages } from '../selected-pages.js';
import { untilCurrent } from '../write-loop.js';
import { namespaceChange } from './namespace-changes.js';
import type { NamespaceCommand } from './namespace-commands.js';
import type { NamespaceDefaults } from './namespace-defaults.js';
import type { Namespace } from './namespace-decider.js';
import { namespaceView, type NamespaceLooks } from './namespace-object.js';
import type { NamespaceService } from './namespace-service.js';

export interface NamespaceStorageDeps {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly changes: Pick<ChangeFeed, 'after'>;
  readonly namespaces: NamespaceService;
  /** What new namespaces are to hold. */
  readonly defaults?: NamespaceDefaults;
}

/** Whether a caller may see a namespace at all, or its end where it is gone. */
export type Visibility = (context: RequestContext, name: string, isGone?: boolean) => Promise<boolean>;

/** Namespaces that clients and the server itself count on. */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system']);

/** `namespaces`, and `projects`, which are namespaces under another name. */
export class NamespaceStorage implements ResourceStorage {
  private readonly resource: WritableResource;

  constructor(
    private readonly deps: NamespaceStorageDeps,
    private readonly looks: NamespaceLooks,
    /** Lists and watches leave out what the caller may not see. */
    private readonly visible: Visibility = () => Promise.resolve(true),
  ) {
    const isProject = looks.kind === 'Project';
    this.resource = {
      group: isProject ? 'project.openshift.io' : '',
      resource: isProject ? 'projects' : 'namespaces',
      kind: looks.kind,
      namespaced: false,
      nameRule: dns1123Label,
    };
  }

  async get(_context: RequestContext, { name }: ObjectKey): Promise<ObjectView> {
    await this.freshen();
    const found = await this.deps.readModel.namespace(name);
    if (found === undefined) throw notFound(this.resource, name);
    return namespaceView(this.looks, found.namespace, found.version);
  }

  async list(context: RequestContext, request: ListRequest): Promise<ListResult> {
    await this.freshen();
    const { readModel } = this.deps;
    return selectedPages(
      `${readModel.position}`,
      request,
      async (after, limit) => {
        const page = await readModel.namespaces({ limit, ...(after && { after }) });
        return page.map(({ namespace, version }) => namespaceView(this.looks, namespace, version));
      },
      ({ name }) => [name],
      ({ name }) => this.visible(context, name),
    );
  }

  async *watch(context: RequestContext, { selects }: Scope, after: number): AsyncIterable<ChangeBatch> {
    for await (const { position, changes } of this.deps.changes.after(after, context.signal)) {
      const shown = [];
      for (const change of changes) {
        if (change.subject.kind !== 'namespace') continue;
        if (selects?.name !== undefined && selects.name !== change.subject.id) continue;
        const seen = namespaceChange(this.looks, change);
        if (seen === undefined) continue;
        if (await this.visible(context, seen.view.name, seen.type === 'DELETED')) shown.push(seen);
      }
      yield { resourceVersion: `${position}`, changes: shown };
    }
  }

  /** @param requester - user who asks for it as a project of their own. */
  async create(
    context: RequestContext,
    key: Partial<ObjectKey>,
    sent: KubeObject,
    options: WriteOptions,
    requester?: string,
  ): Promise<ObjectView> {
    const { name, labels, annotations, managedFields } = newObject(this.resource, key, sent).metadata;
    const creation = this.deps.namespaces.creation(name, labels, annotations, requester);
    const command = { ...creation, ...(managedFields && { managedFields }) };
    const view = await this.write(context, command, options, annotations);
    if (!options.dryRun) await this.furnish(context, name);
    return view;
  }

  async update(
    context: RequestContext,
    { name }: ObjectKey,
    desired: Desired,
    options: WriteOptions,
  ): Promise<Written> {
    const view = await untilCurrent(this.resource, name, async () => {
      const { state, version } = await this.deps.namespaces.load(name);
      if (state === undefined) throw notFound(this.resource, name);
      const before = namespaceView(this.looks, state, version).object();
      const { metadata } = updatedObject(this.resource, before, desired(before));
      const { labels = {}, annotations = {}, managedFields } = metadata;
      const change: NamespaceCommand = { type: 'ChangeNamespaceMetadata', name, labels, annotations };
      const command = { ...change, ...(managedFields && { managedFields }) };
      return this.write(context, command, options, annotations, { version });
    });
    return { view, created: false };
  }

  /** Answers the namespace as it begins to go; what is in it, and then itself, is deleted afterwards. */
  async delete(context: RequestContext, { name }: ObjectKey, options: DeleteOptions): Promise<ObjectView> {
    if (IMMORTAL.has(name)) throw forbidden(this.resource, name, 'this namespace may not be deleted');
    return untilCurrent(this.resource, name, async () => {
      const { state, version } = await this.deps.namespaces.load(name);
      if (state === undefined) throw notFound(this.resource, name);
      assertPreconditions(this.resource, namespaceView(this.looks, state, version).object(), options.preconditions);
      const precondition = options.preconditions?.resourceVersion === undefined ? {} : { version };
      return this.write(context, this.deps.namespaces.deletion(name, state.uid), options, {}, precondition);
    });
  }

  private async write(
    context: RequestContext,
    command: NamespaceCommand,
    { dryRun }: WriteOptions,
    annotations: Readonly<Record<string, string>> = {},
    precondition: Precondition = {},
  ): Promise<ObjectView> {
    return asStatus(this.resource, async () => {
      const { namespaces, readModel } = this.deps;
      if (dryRun) return this.render(await namespaces.preview(command));
      const handled = await namespaces.handle(command, eventContext(context, annotations), precondition);
      await readModel.waitFor(handled.version);
      return this.render(handled);
    });
  }

  private async furnish(context: RequestContext, name: string): Promise<void> {
    const { state } = await this.deps.namespaces.load(name);
    if (state !== undefined) await this.deps.defaults?.furnish(state, eventContext(context));
  }

  private render({ state, version }: Loaded<Namespace>): ObjectView {
    if (state === undefined) throw new Error('no command of a client makes a namespace disappear at once');
    return namespaceView(this.looks, state, version);
  }

  /** A read is as fresh as the log. */
  private async freshen(): Promise<void> {
    await this.deps.readModel.waitFor(await this.deps.store.lastPosition());
  }
}
