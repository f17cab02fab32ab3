import { createHash } from 'node:crypto';

/** A digest that a test can name by a word. */
export const digestOf = (seed: string): string => `sha256:${createHash('sha256').update(seed).digest('hex')}`;

/** What a registry posts when an image was pushed as a tag. */
export function mapping(namespace: string, stream: string, tag: string, digest: string): object {
  return {
    kind: 'ImageStreamMapping',
    apiVersion: 'image.openshift.io/v1',
    metadata: { name: stream, namespace },
    tag,
    image: {
      metadata: { name: digest },
      dockerImageReference: `registry.example.com/${namespace}/${stream}@${digest}`,
      dockerImageMetadata: { kind: 'DockerImage', apiVersion: '1.0', Id: digestOf(digest), Architecture: 'amd64' },
      dockerImageLayers: [
        { name: digestOf('layer'), size: 1024, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' },
      ],
    },
  };
}

export function imageStream(name: string, spec: object = {}, metadata: object = {}): object {
  return { kind: 'ImageStream', apiVersion: 'image.openshift.io/v1', metadata: { name, ...metadata }, spec };
}

export interface ImportOptions {
  /** Tag to keep each image under, by pull specification. */
  readonly images?: readonly { readonly from: string; readonly to?: string; readonly importMode?: string }[];
  readonly repository?: string;
  /** False only looks. Default true. */
  readonly keep?: boolean;
  readonly metadata?: object;
}

/** A request to import from registries that speak plain HTTP. */
export function imageStreamImport(
  stream: string,
  { images, repository, keep = true, metadata }: ImportOptions,
): object {
  return {
    kind: 'ImageStreamImport',
    apiVersion: 'image.openshift.io/v1',
    metadata: { name: stream, ...metadata },
    spec: {
      import: keep,
      ...(images !== undefined && {
        images: images.map(({ from, to, importMode }) => ({
          from: { kind: 'DockerImage', name: from },
          ...(to !== undefined && { to: { name: to } }),
          importPolicy: { insecure: true, ...(importMode !== undefined && { importMode }) },
        })),
      }),
      ...(repository !== undefined && {
        repository: { from: { kind: 'DockerImage', name: repository }, importPolicy: { insecure: true } },
      }),
    },
  };
}
