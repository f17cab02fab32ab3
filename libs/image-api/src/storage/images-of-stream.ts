import type { ImageApiContext } from '../image-api-context.js';
import type { EmbeddedImage } from '../schema/types.js';
import type { ImageCache } from './image-cache.js';

/** An image that belongs to a stream; `image` is `undefined` where only its name is known. */
export interface ImageOfStream {
  readonly name: string;
  readonly image: EmbeddedImage | undefined;
}

/**
 * Every image of a stream, once: those that a tag has or had, and whatever their lists are made of, however deep. Pulling
 * from the stream gives access to just these.
 */
export async function* imagesOfStream(
  { readModel }: Pick<ImageApiContext, 'readModel'>,
  images: ImageCache,
  namespace: string,
  stream: string,
): AsyncIterable<ImageOfStream> {
  const left = [...(await readModel.streamImages(namespace, stream))];
  const seen = new Set<string>();
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const image = await images.get(name);
    yield { name, image };
    left.push(...(image?.dockerImageManifests ?? []).map(({ digest }) => digest));
  }
}
