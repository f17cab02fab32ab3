import { randomUUID } from 'node:crypto';
import {
  conflict,
  deleteEach,
  fieldError,
  invalid,
  notFound,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type Change,
  type ChangeBatch,
  type CreateResult,
  type DeleteOptions,
  type Deleted,
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
import type { StreamSnapshot, SubjectChange } from '#lib/read-model';
import { NO_SOURCES, type ImageStream, type WrittenTagStatus } from '#lib/stream';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';
import { streamName, streamPathErrors } from '../object-names.js';
import { asStatus, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultImageStream } from '../schema/defaults.js';
import type { ImageStreamObject, ImageStreamSpec, ObjectMeta } from '../schema/types.js';
import { imageStreamView } from '../views/image-stream-view.js';
import { fromSnapshot, fromView, type StreamSource } from '../views/stream-source.js';
import { untilCurrent } from '../write-loop.js';
import { lastView } from './last-view.js';
import { listStreams } from './list-streams.js';
import { warnOfTagNames } from './tag-name-warnings.js';
import { ownedMetadata } from './user-metadata.js';

const RESOURCE = inGroup('imagestreams');

const names = (name: string): ErrorNames => ({ resource: 'imagestreams', kind: 'ImageStream', name });

/** `imagestreams`. */
export class ImageStreamStorage implements ResourceStorage {
  /** One change is the same object for everybody who watches it, so that it is printed once. */
  private readonly changeOf = new WeakMap<SubjectChange, Change>();

  constructor(private readonly api: ImageApiContext) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    return this.render(await this.source(namespace, name));
  }

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    return listStreams(this.api, request, (source) => [this.render(source)]);
  }

  async *watch(context: RequestContext, { namespace }: Scope, after: number): AsyncIterable<ChangeBatch> {
    for await (const { position, changes } of this.api.changes.after(after, context.signal)) {
      yield {
        resourceVersion: `${position}`,
        changes: changes.flatMap((change) => this.toChange(change, namespace)),
      };
    }
  }

  async create(
    context: RequestContext,
    { namespace = '' }: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<CreateResult> {
    const { metadata, spec } = defaultImageStream(body as ImageStreamObject, this.api.settings.importMode);
    const { name = '' } = metadata;
    const errors = [
      ...validateObjectMeta({ ...metadata, namespace }, { namespaced: true, nameRule: streamName }),
      ...streamPathErrors(namespace, name),
    ];
    if (errors.length > 0) throw invalid(GROUP, 'ImageStream', name, errors);
    warnOfTagNames(context, tagNames(spec), () => []);
    const command = {
      type: 'CreateStream',
      creation: { namespace, name, uid: randomUUID() },
      metadata: ownedMetadata(metadata),
      spec: desiredSpec(spec),
      now: new Date(),
      sources: NO_SOURCES,
    } as const;
    const caller = callerOf(this.api, context, { metadata });
    return asStatus(names(name), async () => {
      if (dryRun) return this.previewed(await this.api.streams.preview(namespace, name, command, caller));
      await this.api.assertNamespaceActive(namespace);
      const { version } = await this.api.streams.create(namespace, command, caller);
      return this.shown(namespace, name, version);
    });
  }

  async update(context: RequestContext, key: ObjectKey, desired: Desired, options: WriteOptions): Promise<Written> {
    const { namespace = '', name } = key;
    return untilCurrent(RESOURCE, name, async () => {
      const current = this.render(await this.source(namespace, name));
      const wanted = this.wanted(current, desired);
      const { metadata, spec } = wanted;
      warnOfTagNames(context, tagNames(spec), () => tagNames(current.object().spec));
      const command = {
        type: 'UpdateStream',
        name,
        metadata: ownedMetadata(metadata),
        spec: desiredSpec(spec),
        now: new Date(),
        sources: NO_SOURCES,
      } as const;
      const caller = callerOf(this.api, context, wanted);
      const precondition = { version: Number(current.resourceVersion) };
      return asUpdate(name, async () => {
        const after = options.dryRun
          ? await this.api.streams.preview(namespace, name, command, caller)
          : await this.api.streams.update(namespace, command, caller, precondition);
        return this.afterUpdate(current, wanted, after, options);
      });
    });
  }

  /** `imagestreams/status`: takes labels, annotations and the status over, as the prune command writes it. */
  async updateStatus(
    context: RequestContext,
    key: ObjectKey,
    desired: Desired,
    options: WriteOptions,
  ): Promise<Written> {
    const { namespace = '', name } = key;
    return untilCurrent(RESOURCE, name, async () => {
      const current = this.render(await this.source(namespace, name));
      const wanted = this.wanted(current, desired);
      const { metadata, status } = wanted;
      const tags = (status.tags ?? []).map(({ tag, items, conditions = [] }): WrittenTagStatus => ({
        tag,
        items: items ?? [],
        conditions,
      }));
      const window = this.api.settings.historyWindow;
      const command = { type: 'ReplaceStatus', name, metadata: ownedMetadata(metadata), tags, window } as const;
      const precondition = { version: Number(current.resourceVersion) };
      return asUpdate(name, async () => {
        const caller = callerOf(this.api, context);
        const after = options.dryRun
          ? await this.api.streams.preview(namespace, name, command, caller)
          : await this.api.streams.replaceStatus(namespace, command, caller, precondition);
        return this.afterUpdate(current, wanted, after, options);
      });
    });
  }

  /** @returns the stream where its finalizers hold it. */
  async delete(
    context: RequestContext,
    key: ObjectKey,
    { dryRun, preconditions }: DeleteOptions,
  ): Promise<Deleted | ObjectView> {
    const { namespace = '', name } = key;
    const { header, version } = await this.source(namespace, name);
    const { uid, resourceVersion } = preconditions ?? {};
    if (uid !== undefined && uid !== header.uid) throw conflict(RESOURCE, name, uidDiffers(uid, header.uid));
    if (resourceVersion !== undefined && resourceVersion !== `${version}`) {
      throw conflict(RESOURCE, name, versionDiffers(resourceVersion, `${version}`));
    }
    const precondition = resourceVersion === undefined ? {} : { version };
    const command = { type: 'DeleteStream', now: new Date(), name, uid: header.uid } as const;
    return asStatus(names(name), async () => {
      const caller = callerOf(this.api, context);
      const after = dryRun
        ? await this.api.streams.preview(namespace, name, command, caller)
        : await this.api.streams.delete(namespace, command, caller, precondition);
      if (!dryRun) await this.api.readModel.waitFor(after.version);
      return after.state.header === undefined ? { uid: header.uid } : this.previewed(after);
    });
  }

  deleteCollection(context: RequestContext, scope: Scope, options: DeleteOptions): Promise<ListResult> {
    return deleteEach(this, context, scope, options);
  }

  private async source(namespace: string, name: string): Promise<StreamSource> {
    await freshen(this.api);
    const stream = await this.api.readModel.stream(namespace, name);
    if (stream === undefined) throw notFound(RESOURCE, name);
    return fromView(stream);
  }

  private render(source: StreamSource): ObjectView<ImageStreamObject & { metadata: { name: string } }> {
    return imageStreamView(source, this.api.settings.hostnames);
  }

  /** What a write asks for, checked against what is there. */
  private wanted(current: ObjectView, desired: Desired): ImageStreamObject {
    const before = current.object();
    const wanted = defaultImageStream(desired(before) as ImageStreamObject, this.api.settings.importMode);
    const { resourceVersion = '' } = wanted.metadata;
    if (resourceVersion === '') {
      const error = fieldError.invalid('metadata.resourceVersion', 0, 'must be specified for an update');
      throw invalid(GROUP, 'imagestreams', current.name, [error]);
    }
    if (resourceVersion !== current.resourceVersion) throw conflict(RESOURCE, current.name);
    const { uid, creationTimestamp = null, namespace = '', generation = 0 } = before.metadata;
    const { deletionTimestamp, deletionGracePeriodSeconds } = before.metadata as ObjectMeta;
    // The generation is the server's to count: whatever a client sends, or leaves out, does not matter.
    const sent = { namespace, ...(uid && { uid }), ...wanted.metadata, generation };
    const leaving =
      deletionTimestamp === undefined
        ? {}
        : { deletionTimestamp, deletionGracePeriodSeconds: deletionGracePeriodSeconds ?? 0 };
    const filled = { ...leaving, ...sent, creationTimestamp: sent.creationTimestamp ?? creationTimestamp };
    const errors = validateObjectMetaUpdate(filled, before.metadata);
    if (errors.length > 0) throw invalid(GROUP, 'ImageStream', current.name, errors);
    return wanted;
  }

  private async afterUpdate(
    current: ObjectView,
    wanted: ImageStreamObject,
    after: { readonly state: ImageStream; readonly version: number },
    { dryRun }: WriteOptions,
  ): Promise<ObjectView> {
    if (!dryRun) await this.api.readModel.waitFor(after.version);
    const { namespace = '', name } = current;
    if (after.state.header === undefined) return lastView(current.object(), wanted as KubeObject, after.version);
    return dryRun ? this.previewed(after) : this.shown(namespace, name, after.version);
  }

  private async shown(namespace: string, name: string, version: number): Promise<ObjectView> {
    await this.api.readModel.waitFor(version);
    const stream = await this.api.readModel.stream(namespace, name);
    if (stream === undefined) throw notFound(RESOURCE, name);
    return this.render(fromView(stream));
  }

  private previewed({ state, version }: { state: ImageStream; version: number }): ObjectView {
    const snapshot: StreamSnapshot = { kind: 'imageStream', header: state.header, tags: state.tags, version };
    const source = fromSnapshot(snapshot, this.api.settings.historyWindow);
    if (source === undefined) throw new Error('a previewed stream is always there');
    return this.render(source);
  }

  private toChange(change: SubjectChange, namespace: string | undefined): Change[] {
    const { before, after, position } = change;
    if (before.kind !== 'imageStream' || after.kind !== 'imageStream') return [];
    if (namespace !== undefined && (after.header ?? before.header)?.namespace !== namespace) return [];
    let result = this.changeOf.get(change);
    if (result === undefined) {
      result = this.renderChange(before, after, position);
      if (result === undefined) return [];
      this.changeOf.set(change, result);
    }
    return [result];
  }

  private renderChange(before: StreamSnapshot, after: StreamSnapshot, position: number): Change | undefined {
    const window = this.api.settings.historyWindow;
    const old = fromSnapshot(before, window);
    const now = fromSnapshot(after, window);
    if (now !== undefined) {
      const view = this.render(now);
      return old === undefined ? { type: 'ADDED', view } : { type: 'MODIFIED', view, previous: this.render(old) };
    }
    return old && { type: 'DELETED', view: this.render({ ...old, version: position }), previous: this.render(old) };
  }
}

/** A write on an object that was there; a lost race is left to {@link untilCurrent}. */
async function asUpdate(name: string, run: () => Promise<ObjectView>): Promise<Written> {
  const view = await asStatus({ ...names(name), leaveStale: true }, run);
  return { view, created: false };
}

const tagNames = ({ tags = [] }: ImageStreamSpec): string[] => tags.map(({ name }) => name);

const desiredSpec = ({ lookupPolicy, dockerImageRepository = '', tags = [] }: ImageStreamSpec) => ({
  lookupPolicy,
  dockerImageRepository,
  tags,
});

const uidDiffers = (expected: string, actual: string): string =>
  `Precondition failed: UID in precondition: ${expected}, UID in object meta: ${actual}`;

const versionDiffers = (expected: string, actual: string): string =>
  `Precondition failed: ResourceVersion in precondition: ${expected}, ResourceVersion in object meta: ${actual}`;
