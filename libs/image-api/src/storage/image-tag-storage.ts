import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ABSENT_TAG, type StreamHeader, type TagReference } from '#lib/events';
import {
  fieldError,
  invalid,
  notFound,
  pathSegmentName,
  viewOf,
  type CreateResult,
  type Deleted,
  type DeleteOptions,
  type Desired,
  type FieldError,
  type KubeObject,
  type ListRequest,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
  type WriteOptions,
  type Written,
} from '#lib/kube-api';
import { decodeTexts } from '#lib/read-model';
import { NO_SOURCES, tagStateOf, type ImageStream } from '#lib/stream';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';
import { parseTagName, splitTagName } from '../object-names.js';
import { asStatus, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultTagReference } from '../schema/defaults.js';
import type { EmbeddedImage, ImageTagObject, Submitted } from '../schema/types.js';
import { currentItem, type TagOfStream } from '../views/image-stream-tag-view.js';
import { imageTag } from '../views/image-tag-view.js';
import type { StreamSource } from '../views/stream-source.js';
import { untilCurrent } from '../write-loop.js';
import type { ImageCache } from './image-cache.js';
import { listStreams } from './list-streams.js';
import { assertTagVersion, deleteTag } from './tag-writes.js';

const RESOURCE = inGroup('imagetags');

type SentTag = Omit<Submitted<ImageTagObject>, 'metadata'> & KubeObject;

const names = (name: string): ErrorNames => ({
  resource: 'imagetags',
  kind: 'ImageStream',
  name: name.split(':')[0] ?? name,
});

/** `imagetags`: wish, history and image of a tag, for every tag that is wanted or was. */
export class ImageTagStorage implements ResourceStorage {
  constructor(
    private readonly api: ImageApiContext,
    private readonly images: ImageCache,
  ) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    const { stream, tag } = parseTagName(name, 'ImageTags');
    await freshen(this.api);
    if ((await this.api.readModel.streamHeader(namespace, stream)) === undefined) throw notFound(RESOURCE, stream);
    const found = await this.api.readModel.tag(namespace, stream, tag);
    if (found === undefined) throw notFound(RESOURCE, name);
    return this.render(found);
  }

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    return listStreams(this.api, request, ({ header, version, tags }: StreamSource) =>
      tags().map(({ tag, texts }) => {
        const found = { header, version, tag, document: decodeTexts(texts) };
        return viewOf(imageTag(found, null, this.api.settings.hostnames));
      }),
    );
  }

  async create(
    context: RequestContext,
    { namespace = '' }: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<CreateResult> {
    const sent = body as SentTag;
    const { name } = sent.metadata;
    const errors = createErrors(sent);
    if (errors.length > 0) throw invalid(GROUP, 'ImageTag', name, errors);
    const { stream, tag } = splitTagName(name);
    const reference = this.reference(sent.spec, tag);
    return this.specify(context, { namespace, stream, tag }, { name, reference, existing: 'refuse', dryRun });
  }

  async update(
    context: RequestContext,
    { namespace = '', name }: ObjectKey,
    desired: Desired,
    { dryRun }: WriteOptions,
  ): Promise<Written> {
    const { stream, tag } = parseTagName(name, 'ImageTags');
    const key = { namespace, stream, tag };
    return untilCurrent(RESOURCE, name, async () => {
      await freshen(this.api);
      const header = await this.api.readModel.streamHeader(namespace, stream);
      const before = await this.api.readModel.tag(namespace, stream, tag);
      const known = before ?? (header && { ...header, tag, document: { spec: null, items: [], conditions: [] } });
      const current = known && imageTag(known, null, this.api.settings.hostnames);
      const sent = desired(known && (await this.render(known)).object()) as SentTag;
      const version = assertTagVersion(RESOURCE, name, sent.metadata.resourceVersion, header?.version);
      const errors = current === undefined ? createErrors(sent) : updateErrors(sent, current, tag);
      if (errors.length > 0) throw invalid(GROUP, 'ImageTag', name, errors);
      const created = (before?.document.spec ?? null) === null;
      const precondition = version === undefined ? {} : { version };
      const reference = sent.spec == null ? null : this.reference(sent.spec, tag);
      const view =
        reference === null
          ? await this.withdraw(context, key, { name, precondition, dryRun })
          : await this.specify(context, key, { name, reference, existing: 'replace', dryRun, precondition });
      return { view, created: created && reference !== null };
    });
  }

  async delete(context: RequestContext, { namespace = '', name }: ObjectKey, options: DeleteOptions): Promise<Deleted> {
    const { stream, tag } = parseTagName(name, 'ImageTags');
    return asStatus(names(name), () => deleteTag(this.api, RESOURCE, context, { namespace, stream, tag }, options));
  }

  private async specify(
    context: RequestContext,
    { namespace, stream, tag }: { namespace: string; stream: string; tag: string },
    write: {
      readonly name: string;
      readonly reference: TagReference;
      readonly existing: 'refuse' | 'replace';
      readonly dryRun: boolean;
      readonly precondition?: { readonly version?: number };
    },
  ): Promise<ObjectView> {
    const { name, reference, existing, dryRun, precondition = {} } = write;
    const caller = callerOf(this.api, context, { metadata: { annotations: reference.annotations ?? {} } });
    const command = {
      type: 'SpecifyTag',
      creation: { namespace, name: stream, uid: randomUUID() },
      tag,
      reference,
      existing,
      now: new Date(),
      sources: NO_SOURCES,
    } as const;
    return asStatus({ ...names(name), leaveStale: true }, async () => {
      await this.api.assertNamespaceActive(namespace);
      const handled = dryRun
        ? await this.api.streams.preview(namespace, stream, command, caller)
        : await this.api.streams.specifyTag(namespace, command, caller, precondition);
      if (!dryRun) await this.api.readModel.waitFor(handled.version);
      return this.afterWrite(handled, tag);
    });
  }

  /** `spec: null`: nobody wants the tag any more; its history stays. */
  private async withdraw(
    context: RequestContext,
    { namespace, stream, tag }: { namespace: string; stream: string; tag: string },
    { name, precondition, dryRun }: { name: string; precondition: { readonly version?: number }; dryRun: boolean },
  ): Promise<ObjectView> {
    const command = { type: 'RemoveTagSpec', name: stream, tag, now: new Date(), sources: NO_SOURCES } as const;
    const caller = callerOf(this.api, context);
    return asStatus({ ...names(name), leaveStale: true }, async () => {
      const handled = dryRun
        ? await this.api.streams.preview(namespace, stream, command, caller)
        : await this.api.streams.removeTagSpec(namespace, command, caller, precondition);
      if (!dryRun) await this.api.readModel.waitFor(handled.version);
      return this.afterWrite(handled, tag);
    });
  }

  private async afterWrite(
    { state, version }: { state: ImageStream; version: number },
    tag: string,
  ): Promise<ObjectView> {
    const { spec, history, conditions } = state.header === undefined ? ABSENT_TAG : tagStateOf(state, tag);
    const items = history.toArray(this.api.settings.historyWindow);
    return this.render({ header: state.header as StreamHeader, version, tag, document: { spec, items, conditions } });
  }

  private async render(found: TagOfStream): Promise<ObjectView> {
    const current = currentItem(found.document);
    const image: EmbeddedImage | undefined = current && (await this.images.get(current.image));
    return viewOf(imageTag(found, image ?? null, this.api.settings.hostnames));
  }

  private reference(sent: SentTag['spec'], tag: string): TagReference {
    const reference = (sent ?? {});
    return { ...defaultTagReference(reference, this.api.settings.importMode), name: tag };
  }
}

function createErrors({ metadata: { name }, spec }: SentTag): FieldError[] {
  const errors = pathSegmentName(name).map((detail) => fieldError.invalid('metadata.name', name, detail));
  if (spec == null) return [...errors, fieldError.required('spec', 'spec is a required field during creation')];
  const colon = name.indexOf(':');
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  const wanted = spec.name || tag;
  if (tag === undefined || wanted !== tag) errors.push(nameDiffers(spec.name ?? ''));
  return errors;
}

function updateErrors({ metadata, spec, status }: SentTag, current: ImageTagObject, tag: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec != null && spec.name !== tag) errors.push(nameDiffers(spec.name ?? ''));
  const { resourceVersion: _sentVersion, ...sent } = metadata;
  const { resourceVersion: _version, uid, creationTimestamp, generation, ...rest } = current.metadata;
  const same = { uid, creationTimestamp, generation, ...rest };
  if (!isDeepStrictEqual({ uid, creationTimestamp, generation, ...sent }, same)) {
    errors.push(fieldError.invalid('metadata', '', 'may not update fields other than spec'));
  }
  if (!isDeepStrictEqual(status ?? null, current.status)) {
    errors.push(fieldError.invalid('status', '', 'may not update fields other than spec'));
  }
  return errors;
}

const nameDiffers = (name: string): FieldError => fieldError.invalid('spec.name', name, 'must match image tag name');
