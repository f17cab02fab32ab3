import type { ImageContent, ImageState, UserMetadata } from '#lib/events';
import { parseManifest, RegistryError, sha256Digest } from '#lib/registry';
import { LAYER_ORDER_ANNOTATION } from '../image-content.js';
import { readManifest, UnreadableManifestError } from '../image-metadata/manifest-content.js';
import { OCI_MANIFEST, SCHEMA_1, SCHEMA_1_SIGNED, SCHEMA_2 } from '../image-metadata/media-types.js';
import type { ImageBody } from './preparation.js';

/**
 * Puts back what nobody may change of an image: what it says of itself, and a manifest or configuration that is not the
 * one its digest stands for. Nothing is refused, as clients send images back as they read them, with parts left out.
 */
export function keepIdentity(known: ImageState, desired: ImageBody): ImageBody {
  const { content: old } = known;
  const manifest = manifestOf(known, desired.content.dockerImageManifest ?? '');
  const content: Content = {
    ...desired.content,
    dockerImageMetadata: old.dockerImageMetadata,
    dockerImageMetadataVersion: old.dockerImageMetadataVersion,
    dockerImageLayers: old.dockerImageLayers,
    dockerImageManifest: manifest,
    ...(isSome(old.dockerImageSignatures) ? { dockerImageSignatures: old.dockerImageSignatures } : {}),
  };
  const config = configOf(old, { ...content, dockerImageConfig: desired.content.dockerImageConfig });
  return {
    metadata: withLayerOrder(known.metadata, desired.metadata),
    content: defined({ ...content, dockerImageConfig: config }),
  };
}

/** Content in the making: a part may be there without a value. */
type Content = { readonly [Part in keyof ImageContent]: ImageContent[Part] | undefined };

const isSome = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

/** The layers stay as they are, and so does what the annotation says of their order. */
function withLayerOrder({ annotations: old }: UserMetadata, metadata: UserMetadata): UserMetadata {
  const order = old[LAYER_ORDER_ANNOTATION];
  if (order === undefined) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [LAYER_ORDER_ANNOTATION]: order } };
}

/** The manifest may be left out or filled in, as long as it is the one that the image is named after. */
function manifestOf({ name, content: old }: ImageState, sent: string): string | undefined {
  if (sent === '') return undefined;
  const known = old.dockerImageManifest;
  return sent === known || hashesTo(name, sent, old.dockerImageManifestMediaType ?? '') ? sent : known;
}

function hashesTo(name: string, manifest: string, mediaType: string): boolean {
  switch (mediaType) {
    case SCHEMA_2:
    case OCI_MANIFEST:
      return sha256Digest(manifest) === name;
    case SCHEMA_1:
    case SCHEMA_1_SIGNED:
    case '': {
      const canonical = canonicalSchema1(manifest);
      return canonical !== undefined && sha256Digest(canonical) === name;
    }
    default:
      return false;
  }
}

/** A schema 1 manifest is named after what is left of it without its signatures. */
function canonicalSchema1(text: string): Uint8Array | undefined {
  try {
    const manifest = parseManifest(Buffer.from(text), SCHEMA_1_SIGNED);
    return manifest.kind === 'schema1' ? manifest.canonicalPayload : undefined;
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

/** The configuration may be left out or filled in, as long as it is the one that the manifest names. */
function configOf(old: ImageContent, desired: Content): string | undefined {
  const { dockerImageConfig: sent = '', dockerImageManifestMediaType: mediaType } = desired;
  if (sent === '') return undefined;
  if (sent === old.dockerImageConfig) return sent;
  if (mediaType !== SCHEMA_2 && mediaType !== OCI_MANIFEST) return old.dockerImageConfig;
  const digest = configDigest(desired.dockerImageManifest ?? '', mediaType);
  return digest !== '' && sha256Digest(sent) === digest ? sent : old.dockerImageConfig;
}

function configDigest(manifest: string, mediaType: string): string {
  if (manifest === '') return '';
  try {
    const content = readManifest(manifest, mediaType);
    return content.kind === 'schema2' ? content.configDigest : '';
  } catch (error) {
    if (error instanceof UnreadableManifestError) return '';
    throw error;
  }
}

const defined = (content: Content): ImageContent =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
