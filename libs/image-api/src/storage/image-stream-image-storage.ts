import {
  conflict,
  notFound,
  viewOf,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
} from '#lib/kube-api';
import { matchesDigestPrefix } from '#lib/registry';
import { freshen, type ImageApiContext } from '../image-api-context.js';
import { parseStreamImageName } from '../object-names.js';
import { inGroup } from '../refusal-status.js';
import { imageStreamImage } from '../views/image-stream-image-view.js';
import type { ImageCache } from './image-cache.js';
import { imagesOfStream } from './images-of-stream.js';

/** Clients know the not-found of this resource by its singular. */
const NOT_IN_STREAM = inGroup('imagestreamimage');
const RESOURCE = inGroup('imagestreamimages');

/** `imagestreamimages`: an image by its digest, as part of a stream that has or had it under some tag. */
export class ImageStreamImageStorage implements ResourceStorage {
  constructor(
    private readonly api: ImageApiContext,
    private readonly images: ImageCache,
  ) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    const { stream, id } = parseStreamImageName(name);
    await freshen(this.api);
    const header = await this.api.readModel.streamHeader(namespace, stream);
    if (header === undefined) throw notFound(RESOURCE, stream);
    const digest = await this.find(namespace, stream, id, name);
    const image = await this.images.get(digest);
    if (image === undefined) throw notFound(RESOURCE, digest);
    return viewOf(imageStreamImage(header.header, id, image));
  }

  private async find(namespace: string, stream: string, id: string, name: string): Promise<string> {
    if (await this.api.readModel.holdsImage(namespace, stream, id)) return id;
    const matches: string[] = [];
    for await (const { name: candidate } of imagesOfStream(this.api, this.images, namespace, stream)) {
      if (matchesDigestPrefix(candidate, id)) matches.push(candidate);
    }
    matches.sort();
    const [match] = matches;
    if (match === undefined) throw notFound(NOT_IN_STREAM, name);
    if (matches.length > 1) {
      throw conflict(NOT_IN_STREAM, id, `multiple images match the prefix "${id}": ${matches.join(', ')}`);
    }
    return match;
  }
}
