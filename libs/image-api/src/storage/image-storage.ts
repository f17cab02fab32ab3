import { randomUUID } from 'node:crypto';
import type { ImageSnapshot, SubjectChange } from '#lib/read-model';
import { imageDocument, type ImageDocument } from '#lib/read-model';
import {
  conflict,
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
import { prepareImage, validateImage } from '#lib/image';
import { eventContext, freshen, type ImageApiContext } from '../image-api-context.js';
import { asStatus, fieldErrors, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultImage } from '../schema/defaults.js';
import type { ImageObject } from '../schema/types.js';
import { untilCurrent } from '../write-loop.js';
import { contentOf, signatureOf } from './image-content.js';
import { userMetadata } from './user-metadata.js';

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
    const { content, metadata } = prepareImage(contentOf(image), userMetadata(image.metadata), name, now);
    const errors = [
      ...validateObjectMeta(image.metadata, { namespaced: false, nameRule: pathSegmentName }),
      ...fieldErrors(validateImage(name, content, metadata, '')).filter(({ field }) => !field.startsWith('metadata')),
    ];
    if (errors.length > 0) throw invalid(GROUP, 'Image', name, errors);
    const command = {
      type: 'RegisterImage',
      name,
      uid: randomUUID(),
      now,
      origin: 'create',
      metadata,
      content,
      existing: 'refuse',
    } as const;
    return asStatus(names(name), async () => {
      if (dryRun) {
        const { image: previewed, version } = await this.api.images.preview(command);
        return viewOf(imageDocument(previewed, [], version));
      }
      const cause = eventContext(context, image);
      let { version } = await this.api.images.register(command, cause);
      const signatures = (image.signatures ?? []).map(signatureOf);
      if (signatures.length > 0) {
        const replaced = await this.api.signatures.replace(
          { type: 'ReplaceSignatures', image: name, desired: signatures, now },
          cause,
        );
        version = Math.max(version, replaced.version);
      }
      return this.shown(name, version);
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
      const now = new Date();
      const content = contentOf(wanted);
      const metadata = userMetadata(wanted.metadata);
      const problems = validateImage(name, content, metadata, '');
      if (problems.length > 0) throw invalid(GROUP, 'Image', name, fieldErrors(problems));
      const cause = eventContext(context, wanted);
      return asStatus({ ...names(name), leaveStale: true }, async () => {
        const revise = { type: 'ReviseImage', name, now, metadata, content } as const;
        if (dryRun) {
          const { image, version } = await this.api.images.preview(revise);
          return {
            view: viewOf(imageDocument(image, (wanted.signatures ?? []).map(signatureOf), version)),
            created: false,
          };
        }
        const revised = await this.api.images.revise(revise, cause);
        const signatures = (wanted.signatures ?? []).map(signatureOf);
        const replaced = await this.api.signatures.replace(
          { type: 'ReplaceSignatures', image: name, desired: signatures, now },
          cause,
        );
        return { view: await this.shown(name, Math.max(revised.version, replaced.version)), created: false };
      });
    });
  }

  async delete(
    context: RequestContext,
    { name }: ObjectKey,
    { dryRun, preconditions }: DeleteOptions,
  ): Promise<Deleted> {
    await freshen(this.api);
    const { metadata } = stored(name, await this.stored(name)).object() as ImageDocument;
    const { uid, resourceVersion } = preconditions ?? {};
    if (
      (uid ?? metadata.uid) !== metadata.uid ||
      (resourceVersion ?? metadata.resourceVersion) !== metadata.resourceVersion
    ) {
      throw conflict(RESOURCE, name, 'the UID or resource version precondition was not met');
    }
    if (dryRun) return { uid: metadata.uid };
    await asStatus(names(name), async () => {
      const cause = eventContext(context);
      const { version } = await this.api.images.delete({ type: 'DeleteImage', name, uid: metadata.uid }, cause);
      const discarded = await this.api.signatures.discard({ type: 'DiscardSignatures', image: name }, cause);
      await this.api.readModel.waitFor(Math.max(version, discarded.version));
    });
    return { uid: metadata.uid };
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
