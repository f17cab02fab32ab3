import { LRUCache } from 'lru-cache';
import { ABSENT_TAG, type StreamHeader, type TagReference } from '#lib/events';
import {
  invalid,
  notFound,
  viewOf,
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
import { decodeTexts, type SubjectChange, type TagDocument } from '#lib/read-model';
import type { ImageStream } from '#lib/stream';
import { freshen, type ImageApiContext } from '../image-api-context.js';
import { parseTagName, splitTagName } from '../object-names.js';
import { GROUP, inGroup } from '../refusal-status.js';
import type { EmbeddedImage, ImageStreamTagObject, Submitted } from '../schema/types.js';
import { currentItem, imageStreamTag, type TagOfStream } from '../views/image-stream-tag-view.js';
import type { StreamSource } from '../views/stream-source.js';
import { untilCurrent } from '../write-loop.js';
import type { ImageCache } from './image-cache.js';
import { listStreams } from './list-streams.js';
import { assertTagVersion, TagWriter, tagOrAbsent } from './tag-writes.js';
import { istagCreateErrors, istagUpdate } from './image-stream-tag-update.js';

const RESOURCE = inGroup('imagestreamtags');

type SentTag = Omit<Submitted<ImageStreamTagObject>, 'metadata'> & KubeObject;
type ImageStreamTagView = ReturnType<typeof imageStreamTag>;

interface Rendered {
  readonly version: number;
  readonly image: EmbeddedImage;
  readonly view: ObjectView;
}

const RENDERED_TAGS = 2_048;

/** `imagestreamtags`: what a tag shows now. */
export class ImageStreamTagStorage implements ResourceStorage {
  private readonly rendered = new LRUCache<string, Rendered>({ max: RENDERED_TAGS });
  private readonly changesOf = new WeakMap<SubjectChange, Change[]>();
  private readonly writer: TagWriter;

  constructor(
    private readonly api: ImageApiContext,
    private readonly images: ImageCache,
  ) {
    this.writer = new TagWriter(api, {
      ...{ resource: 'imagestreamtags', existsAs: 'imagestreamtag' },
      sentAs: { kind: 'ImageStreamTag', path: 'tag' },
    });
  }

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    const { stream, tag } = parseTagName(name, 'ImageStreamTags');
    await freshen(this.api);
    const header = await this.api.readModel.streamHeader(namespace, stream);
    if (header === undefined) throw notFound(RESOURCE, stream);
    const key = `${namespace}/${name}`;
    const cached = this.rendered.get(key);
    if (cached?.version === header.version) {
      // The image may have been signed or deleted since, without the stream having changed.
      if ((await this.images.get(cached.image.metadata.name ?? '')) === cached.image) return cached.view;
    }
    const found = await this.api.readModel.tag(namespace, stream, tag);
    const current = found && currentItem(found.document);
    if (found === undefined || current === undefined) throw notFound(RESOURCE, name);
    const image = await this.images.get(current.image);
    if (image === undefined) throw notFound(RESOURCE, current.image);
    const view = viewOf(imageStreamTag(found, image, this.api.settings.hostnames));
    this.rendered.set(key, { version: found.version, image, view });
    return view;
  }

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    return listStreams(this.api, request, (source) => this.shownTags(source));
  }

  async *watch(context: RequestContext, { namespace }: Scope, after: number): AsyncIterable<ChangeBatch> {
    for await (const { position, changes } of this.api.changes.after(after, context.signal)) {
      const own = changes.flatMap((change) => this.toChanges(change, namespace));
      yield { resourceVersion: `${position}`, changes: own };
    }
  }

  async create(
    context: RequestContext,
    { namespace = '' }: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<CreateResult> {
    const sent = body as SentTag;
    const { name } = sent.metadata;
    const { stream, tag } = splitTagName(name);
    const errors = istagCreateErrors(sent);
    if (errors.length > 0) throw invalid(GROUP, 'ImageStreamTag', name, errors);
    const reference = sent.tag == null ? null : this.writer.reference(sent.tag, tag);
    const key = { namespace, stream, tag };
    return this.render(await this.writer.specify(context, key, { reference, existing: 'refuse', dryRun }));
  }

  /** An update of a tag that is not there creates it, and its stream: `oc tag` relies on that. */
  async update(
    context: RequestContext,
    { namespace = '', name }: ObjectKey,
    desired: Desired,
    { dryRun }: WriteOptions,
  ): Promise<Written> {
    const { stream, tag } = parseTagName(name, 'ImageStreamTags');
    const key = { namespace, stream, tag };
    return untilCurrent(RESOURCE, name, async () => {
      await freshen(this.api);
      const before = await tagOrAbsent(this.api, key);
      const current = before && (await this.render(before)).object();
      const sent = desired(current) as SentTag;
      const version = assertTagVersion(RESOURCE, name, sent.metadata.resourceVersion, before?.version);
      const complete = (spec: Submitted<TagReference>): TagReference => this.writer.reference(spec, tag);
      const reference = istagUpdate({ sent, current, name, namespace, stream, tag }, complete);
      const written = await this.writer.specify(context, key, { reference, existing: 'replace', dryRun, version });
      return { view: await this.render(written), created: (before?.document.spec ?? null) === null };
    });
  }

  async delete(context: RequestContext, { namespace = '', name }: ObjectKey, options: DeleteOptions): Promise<Deleted> {
    return this.writer.delete(context, { namespace, ...parseTagName(name, 'ImageStreamTags') }, options);
  }

  /** A tag as it is; its image is shown when it is known. */
  private async render(tag: TagOfStream): Promise<ObjectView<ImageStreamTagView>> {
    return viewOf(imageStreamTag(tag, await this.currentImage(tag.document), this.api.settings.hostnames));
  }

  private async currentImage(document: TagDocument): Promise<EmbeddedImage | undefined> {
    const current = currentItem(document);
    return current && this.images.get(current.image);
  }

  private shownTags(source: StreamSource): ObjectView[] {
    const { header, version } = source;
    return source.tags().flatMap(({ tag, texts }) => {
      const document = decodeTexts(texts);
      if (currentItem(document) === undefined) return [];
      return [viewOf(imageStreamTag({ header, version, tag, document }, undefined, this.api.settings.hostnames))];
    });
  }

  /** The tags that a change of a stream touched, as they show before and after it. */
  private toChanges(change: SubjectChange, namespace: string | undefined): Change[] {
    const { before, after, position } = change;
    if (before.kind !== 'imageStream' || after.kind !== 'imageStream') return [];
    if (namespace !== undefined && (after.header ?? before.header)?.namespace !== namespace) return [];
    let changes = this.changesOf.get(change);
    if (changes === undefined) {
      const touched = after.header === undefined ? [...before.tags.keys()].sort() : [...change.tags].sort();
      changes = touched.flatMap((tag) => {
        const old = this.shownIn(before, tag, before.version);
        const now = this.shownIn(after, tag, position);
        if (now !== undefined) return [old === undefined ? added(now) : { type: 'MODIFIED', view: now, previous: old }];
        const last = this.shownIn(before, tag, position);
        return last === undefined ? [] : [{ type: 'DELETED', view: last, ...(old && { previous: old }) }];
      });
      this.changesOf.set(change, changes);
    }
    return changes;
  }

  private shownIn(
    { header, tags }: { header: StreamHeader | undefined; tags: ImageStream['tags'] },
    tag: string,
    version: number,
  ): ObjectView | undefined {
    if (header === undefined) return undefined;
    const { spec, history, conditions } = tags.get(tag) ?? ABSENT_TAG;
    const document = { spec, items: history.toArray(1), conditions };
    if (currentItem(document) === undefined) return undefined;
    return viewOf(imageStreamTag({ header, version, tag, document }, undefined, this.api.settings.hostnames));
  }
}

const added = (view: ObjectView): Change => ({ type: 'ADDED', view });
