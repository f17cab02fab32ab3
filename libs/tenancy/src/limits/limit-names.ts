/** Type of limits on each image stream. */
export const STREAM_LIMIT = 'openshift.io/ImageStream';
/** Type of limits on each image that is pushed. */
export const IMAGE_LIMIT = 'openshift.io/Image';

/** Images in the histories of a stream. */
export const IMAGES = 'openshift.io/images';
/** What the spec tags of a stream refer to. */
export const IMAGE_TAGS = 'openshift.io/image-tags';

/** The names under which quotas count image streams, in the order of the alphabet. */
export const STREAM_COUNTS = ['count/imagestreams.image.openshift.io', 'openshift.io/imagestreams'] as const;
