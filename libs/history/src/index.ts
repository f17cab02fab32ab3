export * from './copy-log.js';
export * from './history-resources.js';
export * from './replay.js';
export * from './tag-revision-storage.js';
export * from './verify-log.js';
