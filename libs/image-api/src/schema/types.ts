import type { Status } from '#lib/kube-api';
import type { ImageLayer, ImageManifestEntry, ImportMode } from '#lib/events';

/*
 * The objects of image.openshift.io/v1 as the server writes them: a key without `?` is always there, be it as null, zero
 * or empty. What clients send is looser: see {@link Submitted}, and `defaults.ts` for the way from one to the other.
 */

/**
 * What a client may send for a `T`, once its types were checked and unknown fields and nulls were dropped: any key may be
 * missing, at any depth.
 */
export type Submitted<T> = T extends readonly (infer Element)[]
  ? readonly Submitted<Element>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T]?: Submitted<T[K]> | undefined }
    : T;

export const API_VERSION = 'image.openshift.io/v1';

export interface TypeMeta<Kind extends string> {
  readonly kind: Kind;
  readonly apiVersion: typeof API_VERSION;
}

export type Labels = Readonly<Record<string, string>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339, whole seconds; null for an object that is not stored. */
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly object[];
}

export interface ListMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface ListOf<Kind extends string, Item> extends TypeMeta<Kind> {
  readonly metadata: ListMeta;
  /** Lists of views are null when empty; lists of stored objects are `[]`. */
  readonly items: readonly Item[] | null;
}

export interface ObjectReference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

// Image

export interface SignatureCondition {
  readonly type: string;
  readonly status: string;
  readonly lastProbeTime: string | null;
  readonly lastTransitionTime: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface SignatureIssuer {
  readonly organization?: string;
  readonly commonName?: string;
}

export interface SignatureSubject extends SignatureIssuer {
  readonly publicKeyID: string;
}

/** A signature as it stands in the `signatures` of an Image. */
export interface EmbeddedImageSignature {
  readonly metadata: ObjectMeta;
  readonly type: string;
  /** Base64; null when empty. */
  readonly content: string | null;
  readonly conditions?: readonly SignatureCondition[];
  readonly imageIdentity?: string;
  readonly signedClaims?: Labels;
  readonly created?: string;
  readonly issuedBy?: SignatureIssuer;
  readonly issuedTo?: SignatureSubject;
}

export type ImageSignatureObject = TypeMeta<'ImageSignature'> & EmbeddedImageSignature;

/** An image as it stands inside other objects. */
export interface EmbeddedImage {
  readonly metadata: ObjectMeta;
  readonly dockerImageReference?: string;
  readonly dockerImageMetadata: Readonly<Record<string, unknown>>;
  readonly dockerImageMetadataVersion: string;
  readonly dockerImageManifest?: string;
  readonly dockerImageLayers?: readonly ImageLayer[];
  readonly signatures?: readonly EmbeddedImageSignature[];
  /** Base64 each. */
  readonly dockerImageSignatures?: readonly string[];
  readonly dockerImageManifestMediaType?: string;
  readonly dockerImageConfig?: string;
  readonly dockerImageManifests?: readonly ImageManifestEntry[];
}

export type ImageObject = TypeMeta<'Image'> & EmbeddedImage;
export type ImageList = ListOf<'ImageList', EmbeddedImage>;

// ImageStream

export interface TagImportPolicy {
  readonly insecure?: boolean;
  readonly scheduled?: boolean;
  readonly importMode: string;
}

export interface TagReferencePolicy {
  readonly type: string;
}

export interface TagReference {
  readonly name: string;
  readonly annotations: Labels | null;
  readonly from?: ObjectReference;
  readonly reference?: boolean;
  readonly generation: number | null;
  readonly importPolicy: TagImportPolicy;
  readonly referencePolicy: TagReferencePolicy;
}

export interface TagEvent {
  readonly created: string | null;
  readonly dockerImageReference: string;
  readonly image: string;
  readonly generation: number;
}

export interface TagEventCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string | null;
  readonly reason?: string;
  readonly message?: string;
  readonly generation: number;
}

export interface NamedTagEventList {
  readonly tag: string;
  /** Newest first; null for a tag that only has conditions. */
  readonly items: readonly TagEvent[] | null;
  readonly conditions?: readonly TagEventCondition[];
}

export interface ImageLookupPolicy {
  readonly local: boolean;
}

export interface ImageStreamSpec {
  readonly lookupPolicy: ImageLookupPolicy;
  readonly dockerImageRepository?: string;
  /** Sorted by name, each name once. */
  readonly tags?: readonly TagReference[];
}

export interface ImageStreamStatus {
  readonly dockerImageRepository: string;
  readonly publicDockerImageRepository?: string;
  /** Sorted by tag, each tag once. */
  readonly tags?: readonly NamedTagEventList[];
}

/** A stream as it stands in the status of an import. */
export interface EmbeddedImageStream {
  readonly metadata: ObjectMeta;
  readonly spec: ImageStreamSpec;
  readonly status: ImageStreamStatus;
}

export type ImageStreamObject = TypeMeta<'ImageStream'> & EmbeddedImageStream;
export type ImageStreamList = ListOf<'ImageStreamList', EmbeddedImageStream>;

// Views of a stream

export interface EmbeddedImageStreamTag {
  readonly metadata: ObjectMeta;
  readonly tag: TagReference | null;
  readonly generation: number;
  readonly lookupPolicy: ImageLookupPolicy;
  readonly conditions?: readonly TagEventCondition[];
  readonly image: EmbeddedImage;
}

export type ImageStreamTagObject = TypeMeta<'ImageStreamTag'> & EmbeddedImageStreamTag;
export type ImageStreamTagList = ListOf<'ImageStreamTagList', EmbeddedImageStreamTag>;

export interface EmbeddedImageTag {
  readonly metadata: ObjectMeta;
  readonly spec: TagReference | null;
  readonly status: NamedTagEventList | null;
  readonly image: EmbeddedImage | null;
}

export type ImageTagObject = TypeMeta<'ImageTag'> & EmbeddedImageTag;
export type ImageTagList = ListOf<'ImageTagList', EmbeddedImageTag>;

export interface ImageStreamImageObject extends TypeMeta<'ImageStreamImage'> {
  readonly metadata: ObjectMeta;
  readonly image: EmbeddedImage;
}

export interface ImageStreamMappingObject extends TypeMeta<'ImageStreamMapping'> {
  readonly metadata: ObjectMeta;
  readonly image: EmbeddedImage;
  readonly tag: string;
}

export interface ImageLayerData {
  readonly size: number | null;
  readonly mediaType: string;
}

export interface ImageBlobReferences {
  readonly imageMissing?: boolean;
  readonly layers: readonly string[] | null;
  readonly config: string | null;
  readonly manifests?: readonly string[];
}

export interface ImageStreamLayersObject extends TypeMeta<'ImageStreamLayers'> {
  readonly metadata: ObjectMeta;
  readonly blobs: Readonly<Record<string, ImageLayerData>>;
  readonly images: Readonly<Record<string, ImageBlobReferences>>;
}

// ImageStreamImport

export interface RepositoryImportSpec {
  readonly from: ObjectReference;
  readonly importPolicy: TagImportPolicy;
  readonly referencePolicy: TagReferencePolicy;
  readonly includeManifest?: boolean;
}

export interface ImageImportSpec extends RepositoryImportSpec {
  readonly to?: { readonly name: string };
}

export interface ImageStreamImportSpec {
  readonly import: boolean;
  readonly repository?: RepositoryImportSpec;
  readonly images?: readonly ImageImportSpec[];
}

/** A Status where it is a part: without kind and version of its own, and without a code where it says Success. */
export type ImportOutcome = Partial<Omit<Status, 'status'>> & Pick<Status, 'status'>;

export interface ImageImportStatus {
  readonly status: ImportOutcome;
  readonly image?: EmbeddedImage;
  readonly tag?: string;
  readonly manifests?: readonly EmbeddedImage[];
}

export interface RepositoryImportStatus {
  readonly status?: ImportOutcome;
  readonly images?: readonly ImageImportStatus[];
  readonly additionalTags?: readonly string[];
}

export interface ImageStreamImportStatus {
  readonly import?: EmbeddedImageStream;
  readonly repository?: RepositoryImportStatus;
  readonly images?: readonly ImageImportStatus[];
}

export interface ImageStreamImportObject extends TypeMeta<'ImageStreamImport'> {
  readonly metadata: ObjectMeta;
  readonly spec: ImageStreamImportSpec;
  readonly status: ImageStreamImportStatus;
}

export type { ImageLayer, ImageManifestEntry, ImportMode };

/** Metadata of an image of which nothing is known: keys that are always there. */
export const EMPTY_METADATA: Pick<EmbeddedImage, 'dockerImageMetadata' | 'dockerImageMetadataVersion'> = {
  dockerImageMetadata: {
    kind: 'DockerImage',
    apiVersion: 'image.openshift.io/1.0',
    Id: '',
    Created: null,
    ContainerConfig: {},
  },
  dockerImageMetadataVersion: '1.0',
};
