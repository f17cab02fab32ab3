import { MediaType, sha256Digest } from '#lib/registry';
import type { RegistryContent } from './registry-content.js';

export interface ImageDescription {
  readonly repository: string;
  /** Without one the image can be had by digest only. */
  readonly tag?: string;
  /** `os/architecture[/variant]`; default `linux/amd64`. */
  readonly platform?: string;
  /** How many layers; images of one repository share them unless `content` says otherwise. Default 2. */
  readonly layers?: number;
  readonly mediaType?: 'oci' | 'docker-v2' | 'schema1' | 'schema1-unsigned';
  readonly env?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** RFC 3339; default a fixed time, so that equal descriptions give equal images. */
  readonly created?: string;
  /** Goes into the layers: images with another content have other layers. */
  readonly content?: string;
  /** Schema 1 only: whether the history tells the sizes of the layers. Default false. */
  readonly layerSizes?: boolean;
}

export interface BuiltImage {
  readonly repository: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: string;
  /** Absent for schema 1. */
  readonly config?: { readonly digest: string; readonly text: string };
  /** The base layer first. */
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

export interface IndexDescription {
  readonly repository: string;
  readonly tag?: string;
  readonly images: readonly (BuiltImage | BuiltIndex)[];
  readonly mediaType?: 'oci' | 'docker-list';
  /** Whether the document names its own media type. Docker's must; OCI's may. Default true. */
  readonly ownMediaType?: boolean;
}

export interface BuiltIndex {
  readonly repository: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: string;
}

/** Makes an image of small, but real, layers and puts it into the registry. */
export function buildImage(content: RegistryContent, description: ImageDescription): BuiltImage {
  const { repository, tag, mediaType = 'oci' } = description;
  const platform = platformOf(description.platform ?? 'linux/amd64');
  const layers = Array.from({ length: description.layers ?? 2 }, (_, i) => {
    const bytes = Buffer.from(`layer ${i} of ${repository} ${description.content ?? ''}`);
    return { digest: content.putBlob(repository, bytes), size: bytes.length };
  });
  const image = { description, platform, layers };
  const built = mediaType.startsWith('schema1') ? schema1(image) : schema2(image, content);
  content.putManifest(
    repository,
    { mediaType: built.mediaType, bytes: Buffer.from(built.manifest) },
    built.digest,
    tag,
  );
  return { repository, layers, platform, ...built };
}

/** Makes an index of images that are there and puts it into the registry. */
export function buildIndex(content: RegistryContent, description: IndexDescription): BuiltIndex {
  const { repository, tag, images, ownMediaType = true } = description;
  const mediaType = description.mediaType === 'docker-list' ? MediaType.dockerManifestList : MediaType.ociIndex;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    ...(ownMediaType && { mediaType }),
    manifests: images.map((image) => ({
      mediaType: image.mediaType,
      digest: image.digest,
      size: Buffer.byteLength(image.manifest),
      ...('platform' in image && { platform: image.platform }),
    })),
  });
  const digest = sha256Digest(manifest);
  content.putManifest(repository, { mediaType, bytes: Buffer.from(manifest) }, digest, tag);
  return { repository, digest, mediaType, manifest };
}

interface Unbuilt {
  readonly description: ImageDescription;
  readonly platform: BuiltImage['platform'];
  readonly layers: BuiltImage['layers'];
}

type Built = Pick<BuiltImage, 'digest' | 'mediaType' | 'manifest' | 'config'>;

function schema2({ description, platform, layers }: Unbuilt, content: RegistryContent): Built {
  const docker = description.mediaType === 'docker-v2';
  const mediaType = docker ? MediaType.dockerSchema2 : MediaType.ociManifest;
  const text = JSON.stringify({
    ...configOf(description, platform),
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map((_, i) => ({ created: CREATED, created_by: `step ${i}` })),
  });
  const digest = content.putBlob(description.repository, Buffer.from(text));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: docker ? 'application/vnd.docker.container.image.v1+json' : 'application/vnd.oci.image.config.v1+json',
      digest,
      size: Buffer.byteLength(text),
    },
    layers: layers.map((layer) => ({
      mediaType: docker
        ? 'application/vnd.docker.image.rootfs.diff.tar.gzip'
        : 'application/vnd.oci.image.layer.v1.tar+gzip',
      ...layer,
    })),
  });
  return { digest: sha256Digest(manifest), mediaType, manifest, config: { digest, text } };
}

function schema1({ description, platform, layers }: Unbuilt): Built {
  const ids = layers.map(({ digest }) => digest.slice('sha256:'.length));
  const history = layers.map(({ size }, i) => {
    const newest = i === layers.length - 1;
    return JSON.stringify({
      id: ids[i],
      ...(i > 0 && { parent: ids[i - 1] }),
      ...(newest ? configOf(description, platform) : { created: CREATED }),
      ...(description.layerSizes === true && { Size: size }),
    });
  });
  const payload = JSON.stringify(
    {
      schemaVersion: 1,
      name: description.repository,
      tag: description.tag ?? '',
      architecture: platform.architecture,
      fsLayers: layers.map(({ digest }) => ({ blobSum: digest })).reverse(),
      history: history.map((v1Compatibility) => ({ v1Compatibility })).reverse(),
    },
    null,
    3,
  );
  const unsigned = description.mediaType === 'schema1-unsigned';
  return {
    digest: sha256Digest(payload),
    mediaType: unsigned ? MediaType.dockerSchema1 : MediaType.dockerSchema1Signed,
    manifest: unsigned ? payload : signed(payload),
  };
}

/** Puts a signature into a schema 1 document the way that Docker did. Nobody checks it, so it is made of nothing. */
function signed(payload: string): string {
  const tail = '\n}';
  const head = payload.slice(0, -tail.length);
  const header = { formatLength: Buffer.byteLength(head), formatTail: base64url(tail), time: CREATED };
  const signature = {
    header: { alg: 'ES256', jwk: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' } },
    signature: base64url('no signature'),
    protected: base64url(JSON.stringify(header)),
  };
  return `${head},\n   "signatures": ${JSON.stringify([signature])}${tail}`;
}

const configOf = (
  { env, labels, created }: ImageDescription,
  { os, architecture, variant }: BuiltImage['platform'],
) => ({
  created: created ?? CREATED,
  architecture,
  os,
  ...(variant !== undefined && { variant }),
  config: { Env: env ?? ['PATH=/usr/bin'], Cmd: ['/bin/true'], ...(labels !== undefined && { Labels: labels }) },
});

const CREATED = '2024-01-01T00:00:00Z';

function platformOf(text: string): BuiltImage['platform'] {
  const [os = 'linux', architecture = 'amd64', variant] = text.split('/');
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
