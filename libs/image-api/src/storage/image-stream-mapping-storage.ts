import { randomUUID } from 'node:crypto';
import { Refusal } from '#lib/event-store';
import {
  dns1123Label,
  fieldError,
  invalid,
  notFound,
  pathSegmentName,
  validateObjectMeta,
  type CreateResult,
  type FieldError,
  type KubeObject,
  type ObjectKey,
  type RequestContext,
  type ResourceStorage,
  type WriteOptions,
} from '#lib/kube-api';
import { validateImage } from '#lib/image';
import type { StreamCaller } from '#lib/stream';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';
import { asStatus, fieldErrors, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultImageStreamMapping } from '../schema/defaults.js';
import type { ImageStreamMappingObject } from '../schema/types.js';
import { assertImageSize } from './image-size-limit.js';
import { contentOf } from './image-content.js';
import { userMetadata } from './user-metadata.js';

const MANAGED = 'openshift.io/image.managed';

const names = (name: string): ErrorNames => ({ resource: 'imagestreammappings', kind: 'ImageStream', name });

/**
 * `imagestreammappings`: an image was pushed as a tag. Registers the image, then moves the tag; both can be repeated, so
 * that a caller who heard no answer just asks again. Never creates a stream.
 */
export class ImageStreamMappingStorage implements ResourceStorage {
  constructor(private readonly api: ImageApiContext) {}

  async create(
    context: RequestContext,
    { namespace = '' }: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<CreateResult> {
    const mapping = this.prepared(defaultImageStreamMapping(body as ImageStreamMappingObject), namespace);
    const { image, tag } = mapping;
    const { name = '' } = mapping.metadata;
    const errors = validate(mapping, namespace);
    if (errors.length > 0) throw invalid(GROUP, 'ImageStreamMapping', name, errors);
    assertImageSize(name, image, this.api.imageSizeLimits(namespace));
    await freshen(this.api);
    const stream = await this.api.readModel.streamHeader(namespace, name);
    if (stream === undefined) {
      // A registry creates a stream that is missing, but must hear when it is the namespace that is.
      await this.api.assertNamespaceActive(namespace);
      throw notFound(inGroup('imagestreammappings'), name);
    }

    const caller = callerOf(this.api, context, mapping);
    const now = new Date();
    const known = await this.register(mapping, caller, { now, dryRun });
    const push = {
      type: 'PushTag',
      name,
      tag,
      image: image.metadata.name ?? '',
      dockerImageReference: image.dockerImageReference ?? '',
      ownRepository: known && image.metadata.annotations?.[MANAGED] === 'true',
      now,
    } as const;
    await asStatus(names(name), async () => {
      if (dryRun) {
        await this.api.streams.preview(namespace, name, push, caller);
        return;
      }
      const { version } = await this.api.streams.push(namespace, push, caller);
      await this.api.readModel.waitFor(version);
    });
    return { status: 'Success' };
  }

  /** @returns whether the image was known before. */
  private async register(
    { metadata, image }: ImageStreamMappingObject,
    { mayPullFrom: _mayPullFrom, ...context }: StreamCaller,
    { now, dryRun }: { readonly now: Date; readonly dryRun: boolean },
  ): Promise<boolean> {
    const { name = '' } = image.metadata;
    const command = {
      ...({ name, uid: randomUUID(), now, origin: 'push', existing: 'keep' } as const),
      ...{ metadata: userMetadata(image.metadata), content: contentOf(image) },
    } as const;
    try {
      if (dryRun) return (await this.api.images.preview({ type: 'RegisterImage', ...command })).events.length === 0;
      return (await this.api.images.register(command, context)).existed;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'invalid') throw error;
      const inImage = error.problems.map((problem) => ({ ...problem, field: `image.${problem.field}` }));
      throw invalid(GROUP, 'ImageStreamMapping', metadata.name ?? '', fieldErrors(inImage));
    }
  }

  /** An image without a reference is one that the registry in front has; signatures do not come this way. */
  private prepared(mapping: ImageStreamMappingObject, namespace: string): ImageStreamMappingObject {
    const { signatures: _signatures, ...image } = mapping.image;
    const host = this.api.settings.hostnames.internal;
    if ((image.dockerImageReference ?? '') !== '' || host === '') return { ...mapping, image };
    const { name = '' } = image.metadata;
    const separator = name.includes(':') ? '@' : ':';
    const dockerImageReference = `${host}/${namespace}/${mapping.metadata.name}${separator}${name}`;
    return { ...mapping, image: { ...image, dockerImageReference } };
  }
}

function validate({ metadata, tag, image }: ImageStreamMappingObject, namespace: string): FieldError[] {
  const { name = '' } = metadata;
  const errors = dns1123Label(namespace).map((fault) => fieldError.invalid('metadata.namespace', namespace, fault));
  if (name === '') errors.push(fieldError.required('name'), fieldError.required('dockerImageRepository'));
  if (tag === '') errors.push(fieldError.required('tag'));
  const rules = { namespaced: false, nameRule: pathSegmentName };
  const imageMeta = validateObjectMeta(image.metadata, rules, 'image.metadata');
  return [...errors, ...imageMeta, ...fieldErrors(validateImage(contentOf(image), 'image.'))];
}
