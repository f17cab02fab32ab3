import { isDeepStrictEqual } from 'node:util';
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
import { freshen, type ImageApiContext } from '../image-api-context.js';
import { parseTagName, splitTagName } from '../object-names.js';
import { GROUP, inGroup } from '../refusal-status.js';
import type { EmbeddedImage, ImageTagObject, Submitted } from '../schema/types.js';
import { currentItem, type TagOfStream } from '../views/image-stream-tag-view.js';
import { imageTag } from '../views/image-tag-view.js';
import type { StreamSource } from '../views/stream-source.js';
import { untilCurrent } from '../write-loop.js';
import type { ImageCache } from './image-cache.js';
import { listStreams } from './list-streams.js';
import { assertTagVersion, TagWriter, tagOrAbsent } from './tag-writes.js';

const RESOURCE = inGroup('imagetags');

type SentTag = Omit<Submitted<ImageTagObject>, 'metadata'> & KubeObject;

/** `imagetags`: wish, history and image of a tag, for every tag that is wanted or was. */
export class ImageTagStorage implements ResourceStorage {
  private readonly writer: TagWriter;

  constructor(
    private readonly api: ImageApiContext,
    private readonly images: ImageCache,
  ) {
    this.writer = new TagWriter(api, { resource: 'imagetags', sentAs: { kind: 'ImageTag', path: 'spec' } });
  }

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
    const reference = this.writer.reference(sent.spec ?? {}, tag);
    const key = { namespace, stream, tag };
    return this.render(await this.writer.specify(context, key, { reference, existing: 'refuse', dryRun }));
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
      const before = await tagOrAbsent(this.api, key);
      const sent = desired(before && (await this.render(before)).object()) as SentTag;
      const version = assertTagVersion(RESOURCE, name, sent.metadata.resourceVersion, before?.version);
      const current = before && imageTag(before, null, this.api.settings.hostnames);
      const errors = current === undefined ? createErrors(sent) : updateErrors(sent, current, tag);
      if (errors.length > 0) throw invalid(GROUP, 'ImageTag', name, errors);
      if (sent.spec == null) {
        return {
          view: await this.render(await this.writer.withdraw(context, key, { dryRun, version })),
          created: false,
        };
      }
      const reference = this.writer.reference(sent.spec, tag);
      const written = await this.writer.specify(context, key, { reference, existing: 'replace', dryRun, version });
      return { view: await this.render(written), created: (before?.document.spec ?? null) === null };
    });
  }

  async delete(context: RequestContext, { namespace = '', name }: ObjectKey, options: DeleteOptions): Promise<Deleted> {
    return this.writer.delete(context, { namespace, ...parseTagName(name, 'ImageTags') }, options);
  }

  private async render(found: TagOfStream): Promise<ObjectView> {
    const current = currentItem(found.document);
    const image: EmbeddedImage | undefined = current && (await this.images.get(current.image));
    return viewOf(imageTag(found, image ?? null, this.api.settings.hostnames));
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
