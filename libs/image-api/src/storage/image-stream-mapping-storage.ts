import { randomUUID } from 'node:crypto';
import type { UserMetadata } from '#lib/events';
import {
  dns1123Label,
  fieldError,
  invalid,
  notFound,
  type CreateResult,
  type FieldError,
  type KubeObject,
  type ObjectKey,
  type RequestContext,
  type ResourceStorage,
  type WriteOptions,
} from '#lib/kube-api';
import { prepareImage, validateImage, type ImageContent } from '#lib/image';
import { callerOf, freshen, type ImageApiContext } from '../image-api-context.js';
import { asStatus, fieldErrors, GROUP, inGroup, type ErrorNames } from '../refusal-status.js';
import { defaultImageStreamMapping } from '../schema/defaults.js';
import type { ImageStreamMappingObject } from '../schema/types.js';
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
    const now = new Date();
    const prepared = prepareImage(contentOf(image), userMetadata(image.metadata), image.metadata.name ?? '', now);
    const errors = validate(mapping, namespace, prepared);
    if (errors.length > 0) throw invalid(GROUP, 'ImageStreamMapping', name, errors);
    await freshen(this.api);
    const stream = await this.api.readModel.streamHeader(namespace, name);
    if (stream === undefined) throw notFound(inGroup('imagestreammappings'), name);

    const caller = callerOf(this.api, context, mapping);
    const imageName = image.metadata.name ?? '';
    await asStatus(names(name), async () => {
      const known = dryRun
        ? (await this.api.readModel.image(imageName)) !== undefined
        : await this.register(imageName, prepared, caller, now);
      const push = {
        type: 'PushTag',
        name,
        tag,
        image: imageName,
        dockerImageReference: image.dockerImageReference ?? '',
        ownRepository: known && image.metadata.annotations?.[MANAGED] === 'true',
        now,
      } as const;
      if (dryRun) {
        await this.api.streams.preview(namespace, name, push, caller);
        return;
      }
      const { version } = await this.api.streams.push(namespace, push, caller);
      await this.api.readModel.waitFor(version);
    });
    return { status: 'Success' };
  }

  private async register(
    name: string,
    { content, metadata }: { content: ImageContent; metadata: UserMetadata },
    { mayPullFrom: _mayPullFrom, ...context }: ReturnType<typeof callerOf>,
    now: Date,
  ): Promise<boolean> {
    const command = { name, uid: randomUUID(), now, origin: 'push', metadata, content, existing: 'keep' } as const;
    const { existed } = await this.api.images.register({ type: 'RegisterImage', ...command }, context);
    return existed;
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

function validate(
  { metadata, tag, image }: ImageStreamMappingObject,
  namespace: string,
  { content, metadata: imageMetadata }: { content: ImageContent; metadata: UserMetadata },
): FieldError[] {
  const { name = '' } = metadata;
  const errors = dns1123Label(namespace).map((fault) => fieldError.invalid('metadata.namespace', namespace, fault));
  if (name === '') errors.push(fieldError.required('name'), fieldError.required('dockerImageRepository'));
  if (tag === '') errors.push(fieldError.required('tag'));
  return [...errors, ...fieldErrors(validateImage(image.metadata.name ?? '', content, imageMetadata, 'image.'))];
}
