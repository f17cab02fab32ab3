import { randomUUID } from 'node:crypto';
import { StaleVersionError, type Precondition } from '#lib/event-store';
import type { EventContext, Signature } from '#lib/events';
import type { ImageCommand } from '#lib/image';
import type { ImageSnapshot, SubjectChange } from '#lib/read-model';
import { imageDocument, type ImageDocument } from '#lib/read-model';
import {
  conflict,
  deleteEach,
  fieldError,
  invalid,
  notFound,
  pathSegmentName,
  validateObjectMeta,
  viewOf,
  type Change,
  type ChangeBatch,
  type CreateResult,
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
import { eventContext, freshen, type ImageApiContext } from '../image-api-context.js';
import { asStatus, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultImage } from '../schema/defaults.js';
import type { ImageObject } from '../schema/types.js';
import { untilCurrent } from '../write-loop.js';
import { contentOf, signatureOf } from './image-content.js';
import { lastView } from './last-view.js';
import { ownedMetadata } from './user-metadata.js';

const RESOURCE = inGroup('images');
const CHUNK = 100;

const names = (name: string): ErrorNames => ({ resource: 'images', kind: 'Image', name });

/** `images`. */
export class ImageStorage implements ResourceStorage {
  private readonly changeOf = new WeakMap<SubjectChange, Change>();

  constructor(private readonly api: ImageApiContext) {}

  async get(_context: RequestContext, { name }: ObjectKey): Promise<ObjectView> {
    await freshen(this.api);
    return stored(name, await this.stored(name));
  }

  async list(_context: RequestContext, { selects, limit, after }: ListRequest): Promise<ListResult> {
    await freshen(this.api);
    const { readModel } = this.api;
    let next: readonly string[] | undefined;
    async function* items(): AsyncIterable<readonly ObjectView[]> {
      let left = limit ?? Infinity;
      let from = after;
      for (;;) {
        const asked = Math.min(CHUNK, left);
        const page = await readModel.images({ limit: asked, ...(from && { after: from }) });
        const views = page.map(({ name, json }) => stored(name, json));
        const wanted =
          selects === undefined
            ? views
            : views.filter((view) => selects.labels(view.labels) && (selects.fields?.(view) ?? true));
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
        const last = page.at(-1)?.name;
        if (last === undefined || page.length < asked) return;
        from = [last];
        if (left <= 0) {
          const [more] = await readModel.images({ limit: 1, after: from });
          next = more && from;
          return;
        }
      }
    }
    return { resourceVersion: `${readModel.position}`, items: items(), next: () => next };
  }

  async *watch(context: RequestContext, _scope: Scope, after: number): AsyncIterable<ChangeBatch> {
    for await (const { position, changes } of this.api.changes.after(after, context.signal)) {
      yield { resourceVersion: `${position}`, changes: changes.flatMap((change) => this.toChange(change)) };
    }
  }

  async create(
    context: RequestContext,
    _key: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<CreateResult> {
    const image = defaultImage(body as ImageObject);
    const { name = '' } = image.metadata;
    const now = new Date();
    const errors = validateObjectMeta(image.metadata, {
      namespaced: false,
      nameRule: pathSegmentName,
    });
    if (errors.length > 0) throw invalid(GROUP, 'Image', name, errors);
    const signatures = (image.signatures ?? []).map(signatureOf);
    const command = {
      ...({ name, uid: randomUUID(), now, origin: 'create', existing: 'refuse' } as const),
      ...{ metadata: ownedMetadata(image.metadata), content: contentOf(image) },
    } as const;
    return asStatus(names(name), async () => {
      if (dryRun) return this.previewed({ type: 'RegisterImage', ...command }, signatures);
      const cause = eventContext(context, image);
      await this.api.signatures.preview({ type: 'ReplaceSignatures', image: name, desired: signatures });
      const { version } = await this.api.images.register(command, cause);
      return this.shown(name, Math.max(version, await this.replaceSignatures(name, signatures, cause)));
    });
  }

  async update(
    context: RequestContext,
    { name }: ObjectKey,
    desired: Desired,
    { dryRun }: WriteOptions,
  ): Promise<Written> {
    return untilCurrent(RESOURCE, name, async () => {
      await freshen(this.api);
      const current = stored(name, await this.stored(name));
      const wanted = defaultImage(desired(current.object()) as ImageObject);
      const { resourceVersion = '' } = wanted.metadata;
      if (resourceVersion === '') {
        throw invalid(GROUP, 'images', name, [
          fieldError.invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
        ]);
      }
      if (resourceVersion !== current.resourceVersion) throw conflict(RESOURCE, name);
      const signatures = (wanted.signatures ?? []).map(signatureOf);
      const body = { metadata: ownedMetadata(wanted.metadata), content: contentOf(wanted) };
      const command = { name, now: new Date(), ...body };
      const cause = eventContext(context, wanted);
      return asStatus({ ...names(name), leaveStale: true }, async () => {
        const before = current.object();
        const isLetGo = before.metadata.deletionTimestamp !== undefined && body.metadata.finalizers.length === 0;
        if (dryRun) {
          const view = isLetGo
            ? lastView(before, wanted as KubeObject, Number(resourceVersion))
            : await this.previewed({ type: 'ReviseImage', ...command }, signatures);
          return { view, created: false };
        }
        const precondition = await this.unchangedSince(name, Number(resourceVersion));
        // Whether the signatures can be written is found out before the image is.
        await this.api.signatures.preview({ type: 'ReplaceSignatures', image: name, desired: signatures });
        if (isLetGo) {
          await this.api.signatures.discard({ image: name }, cause);
          const { version } = await this.api.images.revise(command, cause, precondition);
          await this.api.readModel.waitFor(version);
          return { view: lastView(before, wanted as KubeObject, version), created: false };
        }
        const { version } = await this.api.images.revise(command, cause, precondition);
        const signed = await this.replaceSignatures(name, signatures, cause);
        return { view: await this.shown(name, Math.max(version, signed)), created: false };
      });
    });
  }

  /** @returns the image where its finalizers hold it. */
  async delete(
    context: RequestContext,
    { name }: ObjectKey,
    { dryRun, preconditions }: DeleteOptions,
  ): Promise<Deleted | ObjectView> {
    await freshen(this.api);
    const before = stored(name, await this.stored(name));
    const { metadata } = before.object();
    const { uid, resourceVersion } = preconditions ?? {};
    if (
      (uid ?? metadata.uid) !== metadata.uid ||
      (resourceVersion ?? metadata.resourceVersion) !== metadata.resourceVersion
    ) {
      throw conflict(RESOURCE, name, 'the UID or resource version precondition was not met');
    }
    const isHeld = (metadata.finalizers ?? []).length > 0;
    if (dryRun) return isHeld ? before : { uid: metadata.uid };
    return asStatus(names(name), async () => {
      const cause = eventContext(context);
      const discarded = isHeld ? 0 : (await this.api.signatures.discard({ image: name }, cause)).version;
      const { state, version } = await this.api.images.delete({ name, uid: metadata.uid, now: new Date() }, cause);
      if (state !== undefined) return this.shown(name, version);
      await this.api.readModel.waitFor(Math.max(version, discarded));
      return { uid: metadata.uid };
    });
  }

  deleteCollection(context: RequestContext, scope: Scope, options: DeleteOptions): Promise<ListResult> {
    return deleteEach(this, context, scope, options);
  }

  /** An image shows the newer of two versions: its own, and that of its signatures. Neither may have changed. */
  private async unchangedSince(name: string, shown: number): Promise<Precondition> {
    const [image, signatures] = await Promise.all([this.api.images.load(name), this.api.signatures.load(name)]);
    const actual = Math.max(image.version, signatures.version);
    if (actual !== shown) throw new StaleVersionError(shown, actual);
    return { version: image.version };
  }

  /** Writing an image writes its signatures too. @returns the version that this leads to. */
  private async replaceSignatures(image: string, desired: readonly Signature[], cause: EventContext): Promise<number> {
    const { version } = await this.api.signatures.replace({ image, desired }, cause);
    return version;
  }

  private async previewed(command: ImageCommand, signatures: readonly Signature[]): Promise<ObjectView> {
    const { state } = await this.api.images.preview(command);
    if (state === undefined) throw new Error('a previewed image is always there');
    return viewOf(imageDocument(state, signatures, 0));
  }

  private async stored(name: string): Promise<Buffer> {
    const json = await this.api.readModel.image(name);
    if (json === undefined) throw notFound(RESOURCE, name);
    return json;
  }

  private async shown(name: string, version: number): Promise<ObjectView> {
    await this.api.readModel.waitFor(version);
    return stored(name, await this.stored(name));
  }

  private toChange(change: SubjectChange): Change[] {
    const { before, after, position } = change;
    if (before.kind !== 'image' || after.kind !== 'image') return [];
    let result = this.changeOf.get(change);
    if (result === undefined) {
      const old = viewOfSnapshot(before, before.version);
      const now = viewOfSnapshot(after, position);
      const last = viewOfSnapshot(before, position);
      if (now !== undefined)
        result = old === undefined ? { type: 'ADDED', view: now } : { type: 'MODIFIED', view: now, previous: old };
      else if (last !== undefined) result = { type: 'DELETED', view: last, ...(old && { previous: old }) };
      else return [];
      this.changeOf.set(change, result);
    }
    return [result];
  }
}

const viewOfSnapshot = ({ image, signatures }: ImageSnapshot, version: number): ObjectView | undefined =>
  image && viewOf(imageDocument(image, signatures, version));

/** An image as it is stored. Its bytes are the answer; they are parsed only for a client that wants something else. */
function stored(name: string, json: Buffer): ObjectView<ImageDocument> {
  let parsed: ImageDocument | undefined;
  const object = (): ImageDocument => (parsed ??= JSON.parse(json.toString('utf8')) as ImageDocument);
  return {
    name,
    get resourceVersion() {
      return object().metadata.resourceVersion;
    },
    get labels() {
      return object().metadata.labels ?? {};
    },
    json: () => json,
    object,
  };
}
