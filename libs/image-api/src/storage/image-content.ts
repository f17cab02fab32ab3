import type { ImageContent, Signature } from '#lib/events';
import type { EmbeddedImage, EmbeddedImageSignature } from '../schema/types.js';

/** What an image is, without its metadata and signatures. */
export function contentOf(image: EmbeddedImage): ImageContent {
  const { metadata: _metadata, signatures: _signatures, ...content } = image;
  const {
    kind: _kind,
    apiVersion: _version,
    ...rest
  } = content as typeof content & { kind?: string; apiVersion?: string };
  return rest;
}

/** A signature as the domain knows it. */
export function signatureOf({ metadata, content, ...rest }: EmbeddedImageSignature): Signature {
  const { name = '', uid, creationTimestamp, annotations } = metadata;
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp == null ? {} : { creationTimestamp }),
    ...(annotations === undefined ? {} : { annotations }),
    content: content ?? '',
    ...rest,
  };
}
