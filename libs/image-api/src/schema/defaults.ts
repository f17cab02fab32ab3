import { normaliseDockerImageMetadata } from './docker-image-metadata.js';
import { keyedList } from './keyed-list.js';
import { API_VERSION } from './types.js';
import type {
  EmbeddedImage,
  EmbeddedImageSignature,
  EmbeddedImageStream,
  ImageImportSpec,
  ImageObject,
  ImageSignatureObject,
  ImageStreamImportObject,
  ImageStreamMappingObject,
  ImageStreamObject,
  ImageStreamSpec,
  ImageStreamStatus,
  ImportMode,
  NamedTagEventList,
  ObjectMeta,
  ObjectReference,
  RepositoryImportSpec,
  Submitted,
  TagEventCondition,
  TagImportPolicy,
  TagReference,
  TagReferencePolicy,
} from './types.js';

/*
 * From what a client submits to the object as the server writes it: defaults filled in, keys that are always there
 * present, keys that are left out when empty left out.
 */

/** One entry of `spec.tags`, `tag` of an ImageStreamTag, or `spec` of an ImageTag. */
export function defaultTagReference(tag: Submitted<TagReference>, importMode: ImportMode): TagReference {
  return {
    name: tag.name ?? '',
    annotations: tag.annotations ?? null,
    ...(tag.from === undefined ? {} : { from: objectReference(tag.from) }),
    ...(tag.reference === true ? { reference: true } : {}),
    generation: tag.generation ?? null,
    importPolicy: defaultImportPolicy(tag.importPolicy, importMode),
    referencePolicy: defaultReferencePolicy(tag.referencePolicy),
  };
}

/** A mode that is missing or empty becomes the one of the server. */
export function defaultImportPolicy(
  policy: Submitted<TagImportPolicy> | undefined,
  importMode: ImportMode,
): TagImportPolicy {
  return {
    ...(policy?.insecure === true ? { insecure: true } : {}),
    ...(policy?.scheduled === true ? { scheduled: true } : {}),
    importMode: policy?.importMode || importMode,
  };
}

export const defaultReferencePolicy = (policy: Submitted<TagReferencePolicy> | undefined): TagReferencePolicy => ({
  type: policy?.type || 'Source',
});

export function defaultImageStream(stream: Submitted<ImageStreamObject>, importMode: ImportMode): ImageStreamObject {
  return { kind: 'ImageStream', apiVersion: API_VERSION, ...embeddedImageStream(stream, importMode) };
}

function embeddedImageStream(stream: Submitted<EmbeddedImageStream>, importMode: ImportMode): EmbeddedImageStream {
  return {
    metadata: objectMeta(stream.metadata),
    spec: imageStreamSpec(stream.spec ?? {}, importMode),
    status: imageStreamStatus(stream.status ?? {}),
  };
}

function imageStreamSpec(spec: Submitted<ImageStreamSpec>, importMode: ImportMode): ImageStreamSpec {
  const tags = keyedList(
    (spec.tags ?? []).map((tag) => defaultTagReference(tag, importMode)),
    ({ name }) => name,
  );
  return {
    lookupPolicy: { local: spec.lookupPolicy?.local ?? false },
    ...filled('dockerImageRepository', spec.dockerImageRepository),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

function imageStreamStatus(status: Submitted<ImageStreamStatus>): ImageStreamStatus {
  const tags = keyedList((status.tags ?? []).map(namedTagEventList), ({ tag }) => tag);
  return {
    dockerImageRepository: status.dockerImageRepository ?? '',
    ...filled('publicDockerImageRepository', status.publicDockerImageRepository),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

function namedTagEventList(list: Submitted<NamedTagEventList>): NamedTagEventList {
  const items = list.items ?? [];
  const conditions = list.conditions ?? [];
  return {
    tag: list.tag ?? '',
    items:
      items.length === 0
        ? null
        : items.map((item) => ({
            created: item.created ?? null,
            dockerImageReference: item.dockerImageReference ?? '',
            image: item.image ?? '',
            generation: item.generation ?? 0,
          })),
    ...(conditions.length === 0 ? {} : { conditions: conditions.map(tagEventCondition) }),
  };
}

const tagEventCondition = (condition: Submitted<TagEventCondition>): TagEventCondition => ({
  type: condition.type ?? '',
  status: condition.status ?? '',
  lastTransitionTime: condition.lastTransitionTime ?? null,
  ...filled('reason', condition.reason),
  ...filled('message', condition.message),
  generation: condition.generation ?? 0,
});

/** @throws ApiError BadRequest when the metadata of the image cannot be read. */
export function defaultImage(image: Submitted<ImageObject>): ImageObject {
  return { kind: 'Image', apiVersion: API_VERSION, ...embeddedImage(image, 'Image') };
}

/** @throws ApiError BadRequest when the metadata of the image cannot be read. */
export function defaultImageStreamMapping(mapping: Submitted<ImageStreamMappingObject>): ImageStreamMappingObject {
  return {
    kind: 'ImageStreamMapping',
    apiVersion: API_VERSION,
    metadata: objectMeta(mapping.metadata),
    image: embeddedImage(mapping.image ?? {}, 'ImageStreamMapping'),
    tag: mapping.tag ?? '',
  };
}

/**
 * An image that stands inside an object of another kind.
 *
 * @param kind of the object that the request sends; it stands in the message of a refusal.
 * @throws ApiError BadRequest when the metadata of the image cannot be read.
 */
export function embeddedImage(image: Submitted<EmbeddedImage>, kind: string): EmbeddedImage {
  const { dockerImageLayers, dockerImageManifests, signatures, dockerImageSignatures } = image;
  return {
    metadata: objectMeta(image.metadata),
    ...filled('dockerImageReference', image.dockerImageReference),
    ...normaliseDockerImageMetadata(image.dockerImageMetadata, image.dockerImageMetadataVersion, kind),
    ...filled('dockerImageManifest', image.dockerImageManifest),
    ...(dockerImageLayers?.length
      ? {
          dockerImageLayers: dockerImageLayers.map(({ name = '', size = 0, mediaType = '' }) => ({
            name,
            size,
            mediaType,
          })),
        }
      : {}),
    ...(signatures?.length ? { signatures: signatures.map(embeddedSignature) } : {}),
    ...(dockerImageSignatures?.length ? { dockerImageSignatures } : {}),
    ...filled('dockerImageManifestMediaType', image.dockerImageManifestMediaType),
    ...filled('dockerImageConfig', image.dockerImageConfig),
    ...(dockerImageManifests?.length
      ? {
          dockerImageManifests: dockerImageManifests.map((entry) => ({
            digest: entry.digest ?? '',
            mediaType: entry.mediaType ?? '',
            manifestSize: entry.manifestSize ?? 0,
            architecture: entry.architecture ?? '',
            os: entry.os ?? '',
            ...filled('variant', entry.variant),
          })),
        }
      : {}),
  };
}

export function defaultImageSignature(signature: Submitted<ImageSignatureObject>): ImageSignatureObject {
  return { kind: 'ImageSignature', apiVersion: API_VERSION, ...embeddedSignature(signature) };
}

function embeddedSignature(signature: Submitted<EmbeddedImageSignature>): EmbeddedImageSignature {
  const { conditions, signedClaims, issuedBy, issuedTo } = signature;
  return {
    metadata: objectMeta(signature.metadata),
    type: signature.type ?? '',
    content: signature.content || null,
    ...(conditions?.length
      ? {
          conditions: conditions.map((condition) => ({
            type: condition.type ?? '',
            status: condition.status ?? '',
            lastProbeTime: condition.lastProbeTime ?? null,
            lastTransitionTime: condition.lastTransitionTime ?? null,
            ...filled('reason', condition.reason),
            ...filled('message', condition.message),
          })),
        }
      : {}),
    ...filled('imageIdentity', signature.imageIdentity),
    ...(signedClaims !== undefined && Object.keys(signedClaims).length > 0 ? { signedClaims } : {}),
    ...filled('created', signature.created),
    ...(issuedBy === undefined ? {} : { issuedBy: signer(issuedBy) }),
    ...(issuedTo === undefined ? {} : { issuedTo: { ...signer(issuedTo), publicKeyID: issuedTo.publicKeyID ?? '' } }),
  };
}

const signer = ({
  organization,
  commonName,
}: {
  readonly organization?: string | undefined;
  readonly commonName?: string | undefined;
}) => ({ ...filled('organization', organization), ...filled('commonName', commonName) });

/**
 * @param explicitTag the tag that a pull specification names; `undefined` when it names none or cannot be parsed.
 */
export function defaultImageStreamImport(
  request: Submitted<ImageStreamImportObject>,
  importMode: ImportMode,
  explicitTag: (pullSpec: string) => string | undefined,
): ImageStreamImportObject {
  const { import: write = false, repository, images } = request.spec ?? {};
  return {
    kind: 'ImageStreamImport',
    apiVersion: API_VERSION,
    metadata: objectMeta(request.metadata),
    spec: {
      import: write,
      ...(repository === undefined ? {} : { repository: repositoryImportSpec(repository, importMode) }),
      ...(images === undefined || images.length === 0
        ? {}
        : { images: images.map((image) => imageImportSpec(image, importMode, explicitTag)) }),
    },
    status: {},
  };
}

const repositoryImportSpec = (spec: Submitted<RepositoryImportSpec>, importMode: ImportMode): RepositoryImportSpec => ({
  from: objectReference(spec.from ?? {}),
  importPolicy: defaultImportPolicy(spec.importPolicy, importMode),
  referencePolicy: defaultReferencePolicy(spec.referencePolicy),
  ...(spec.includeManifest === true ? { includeManifest: true } : {}),
});

function imageImportSpec(
  spec: Submitted<ImageImportSpec>,
  importMode: ImportMode,
  explicitTag: (pullSpec: string) => string | undefined,
): ImageImportSpec {
  const name = spec.to === undefined ? explicitTag(spec.from?.name ?? '') : (spec.to.name ?? '');
  return { ...repositoryImportSpec(spec, importMode), ...(name === undefined ? {} : { to: { name } }) };
}

/** Keys of metadata are all left out when empty, which is how they arrive. */
const objectMeta = (metadata: Submitted<ObjectMeta> | undefined): ObjectMeta => (metadata ?? {}) as ObjectMeta;

const objectReference = (from: Submitted<ObjectReference>): ObjectReference =>
  Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined && value !== ''));

/** The key with its value, or nothing when the value is missing or empty. */
const filled = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [P in K]: string });
