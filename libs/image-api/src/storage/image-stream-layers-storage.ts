import { notFound, viewOf, type ObjectKey, type ObjectView, type RequestContext } from '#lib/kube-api';
import { freshen, type ImageApiContext } from '../image-api-context.js';
import { inGroup } from '../refusal-status.js';
import type { EmbeddedImage, ImageBlobReferences, ImageLayerData, ImageStreamLayersObject } from '../schema/types.js';
import { fromView, streamMetadata } from '../views/stream-source.js';
import type { ImageCache } from './image-cache.js';
import { imagesOfStream } from './images-of-stream.js';

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
/** Media type of the configuration that goes with a type of manifest. */
const CONFIG_TYPES: ReadonlyMap<string, string> = new Map([
  [DOCKER_MANIFEST, 'application/vnd.docker.container.image.v1+json'],
  ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.config.v1+json'],
]);

/** `imagestreams/layers`: which blobs and images a stream gives access to. A registry asks before it serves one. */
export class ImageStreamLayersStorage {
  constructor(
    private readonly api: ImageApiContext,
    private readonly images: ImageCache,
  ) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    await freshen(this.api);
    const stream = await this.api.readModel.stream(namespace, name);
    if (stream === undefined) throw notFound(inGroup('imagestreams'), name);
    const contents = new Contents();
    for await (const { name: digest, image } of imagesOfStream(this.api, this.images, namespace, name)) {
      contents.add(digest, image);
    }
    const layers: ImageStreamLayersObject & { metadata: { name: string } } = {
      kind: 'ImageStreamLayers',
      apiVersion: 'image.openshift.io/v1',
      metadata: streamMetadata(fromView(stream)),
      blobs: Object.fromEntries(contents.blobs),
      images: Object.fromEntries(contents.images),
    };
    return viewOf(layers);
  }
}

class Contents {
  readonly blobs = new Map<string, ImageLayerData>();
  readonly images = new Map<string, ImageBlobReferences>();

  add(digest: string, image: EmbeddedImage | undefined): void {
    if (image === undefined) {
      this.images.set(digest, { imageMissing: true, layers: null, config: null });
      return;
    }
    const { dockerImageManifestMediaType: known = '' } = image;
    const mediaType = known || DOCKER_MANIFEST;
    const layers = image.dockerImageLayers ?? [];
    const children = (image.dockerImageManifests ?? []).map((child) => child.digest);
    // What the `Id` of an image names is only known where its type is.
    const configType = CONFIG_TYPES.get(known);
    const id = image.dockerImageMetadata['Id'];
    const config = configType !== undefined && typeof id === 'string' && id !== '' && children.length === 0 ? id : null;
    for (const { name, size, mediaType: type } of layers) this.addBlob(name, { size, mediaType: type });
    if (config !== null && configType !== undefined) this.addBlob(config, { size: null, mediaType: configType });
    this.addBlob(digest, { size: null, mediaType });
    this.images.set(digest, {
      layers: layers.length === 0 ? null : layers.map(({ name }) => name),
      config,
      ...(children.length === 0 ? {} : { manifests: children }),
    });
  }

  private addBlob(digest: string, blob: ImageLayerData): void {
    if (!this.blobs.has(digest)) this.blobs.set(digest, blob);
  }
}
