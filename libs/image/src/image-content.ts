import type { ImageContent as ImageBody } from '#lib/events';

/**
 * An Image as a client sends it and reads it back, as far as the rules about its content look at it: the body, and from
 * the metadata the name and the annotations. Other keys may be there and are passed through.
 */
export interface ImageContent extends ImageBody {
  readonly metadata?: {
    /** The digest of the manifest, by convention. */
    readonly name?: string;
    readonly annotations?: Readonly<Record<string, string>> | null;
  };
}

/** Says in which order `dockerImageLayers` stands: `ascending` is base layer first. */
export const LAYER_ORDER_ANNOTATION = 'image.openshift.io/dockerLayersOrder';
