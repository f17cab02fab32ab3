import { join } from 'node:path';

/** The log: the one file of the data directory that cannot be made again. */
export const eventLogPath = (dataDir: string): string => join(dataDir, 'events.lmdb');

/** The read models, which can. */
export const readModelPath = (dataDir: string): string => join(dataDir, 'read-model', 'read-model.lmdb');
