import { LRUCache } from 'lru-cache';
import type { ImageDocument, ReadModel } from '#lib/read-model';
import type { EmbeddedImage } from '../schema/types.js';

interface Cached {
  readonly json: Buffer;
  readonly image: EmbeddedImage;
}

const CACHED_IMAGES = 512;

/**
 * Images of the read model, parsed. An image's content never changes, so most are parsed once; what may change, such as
 * its signatures, is noticed by comparing bytes.
 */
export class ImageCache {
  private readonly images = new LRUCache<string, Cached>({ max: CACHED_IMAGES });

  constructor(private readonly readModel: ReadModel) {}

  async get(name: string): Promise<EmbeddedImage | undefined> {
    const json = await this.readModel.image(name);
    if (json === undefined) return undefined;
    const cached = this.images.get(name);
    if (cached?.json.equals(json)) return cached.image;
    const { kind: _kind, apiVersion: _version, ...image } = JSON.parse(json.toString('utf8')) as ImageDocument;
    this.images.set(name, { json, image: image as unknown as EmbeddedImage });
    return image as unknown as EmbeddedImage;
  }
}
