export * from './image-content.js';
export { completeImage } from './image-metadata/complete-image.js';
export type { Completion } from './image-metadata/complete-image.js';
export type { DockerConfig } from './image-metadata/docker-config.js';
export { EMPTY_DOCKER_IMAGE, readDockerImage, writeDockerImage } from './image-metadata/docker-image.js';
export type { DockerImage, DockerImageVersion } from './image-metadata/docker-image.js';
export { normaliseMetadata } from './image-metadata/stored-metadata.js';
export type { NormalisedMetadata } from './image-metadata/stored-metadata.js';
export { normaliseTime, wireTime } from './image-metadata/wire-time.js';
