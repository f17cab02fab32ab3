import type { ImageContent, ImageState, Position, Signature, UserMetadata } from '#lib/events';

/** The Image resource as the API shows it. Kept in this form, so that reading an image is copying bytes. */
export interface ImageDocument extends ImageContent {
  readonly kind: 'Image';
  readonly apiVersion: 'image.openshift.io/v1';
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: UserMetadata['labels'];
    readonly annotations?: UserMetadata['annotations'];
    readonly finalizers?: UserMetadata['finalizers'];
    readonly ownerReferences?: UserMetadata['ownerReferences'];
    readonly managedFields?: readonly object[];
  };
  readonly signatures?: readonly SignatureDocument[];
}

/** A signature as it is embedded in its image. */
export interface SignatureDocument extends Omit<Signature, 'name' | 'uid' | 'creationTimestamp' | 'annotations'> {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly creationTimestamp: string | null;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export function imageDocument(image: ImageState, signatures: readonly Signature[], version: Position): ImageDocument {
  const { name, uid, creationTimestamp, deletionTimestamp, metadata, content } = image;
  const { signatures: embedded } = { signatures: signatures.map(signatureDocument) };
  return {
    kind: 'Image',
    apiVersion: 'image.openshift.io/v1',
    metadata: {
      name,
      uid,
      resourceVersion: `${version}`,
      creationTimestamp,
      ...toGo(deletionTimestamp),
      ...shown(metadata),
    },
    ...content,
    ...(embedded.length === 0 ? {} : { signatures: embedded }),
  };
}

/** The inverse of {@link imageDocument}: what folding the next event starts from. */
export function imageFromDocument(document: ImageDocument): { image: ImageState; signatures: readonly Signature[] } {
  const { kind: _kind, apiVersion: _apiVersion, metadata, signatures = [], ...content } = document;
  const {
    name,
    uid,
    creationTimestamp,
    deletionTimestamp,
    labels = {},
    annotations = {},
    finalizers = [],
    ownerReferences = [],
    managedFields,
  } = metadata;
  const userMetadata = { labels, annotations, finalizers, ownerReferences, ...(managedFields && { managedFields }) };
  return {
    image: {
      ...{ name, uid, creationTimestamp, metadata: userMetadata, content },
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    signatures: signatures.map(signatureFromDocument),
  };
}

export function signatureDocument(signature: Signature): SignatureDocument {
  const { name, uid, creationTimestamp = null, annotations, ...rest } = signature;
  return {
    metadata: { name, ...(uid === undefined ? {} : { uid }), creationTimestamp, ...(annotations && { annotations }) },
    ...rest,
  };
}

export function signatureFromDocument({ metadata, ...rest }: SignatureDocument): Signature {
  const { name, uid, creationTimestamp, annotations } = metadata;
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === null ? {} : { creationTimestamp }),
    ...(annotations === undefined ? {} : { annotations }),
    ...rest,
  };
}

/** What an object says that is to go, as soon as nothing holds it. */
export const toGo = (deletionTimestamp: string | undefined) =>
  deletionTimestamp === undefined ? {} : { deletionTimestamp, deletionGracePeriodSeconds: 0 };

/** Metadata without its empty parts. */
export function shown(metadata: UserMetadata): Partial<UserMetadata> {
  const { labels, annotations, finalizers, ownerReferences, managedFields } = metadata;
  return {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
    ...(managedFields === undefined ? {} : { managedFields }),
  };
}
