import { originalLoad, ORIGINAL } from '../original.js';
import { runLoad, type LoadFigures } from '../load.js';
import { imageName } from '../pushed-image.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, pushHistories, streamAt, tagAt } from '../streams.js';

const NAMESPACE = 'bench';
export const CONNECTIONS = 64;
const STREAMS = 200;
const TAGS = 5;
const MOVES = 3;
const IMAGES = STREAMS * TAGS * MOVES;

type Readable = 'istag' | 'is' | 'isimage' | 'image';

const OPERATIONS: Readonly<Record<Readable, string>> = {
  istag: 'get an ImageStreamTag',
  is: 'get an ImageStream',
  isimage: 'get an ImageStreamImage',
  image: 'get an Image',
};

/** Path of the object with a number, out of 1,000 tags that show 1,000 images. */
const PATHS: Readonly<Record<Readable, (number: number) => string>> = {
  istag: (number) => `${collectionPath('imagestreamtags', NAMESPACE)}/${streamOf(number)}:${tagAt(number % TAGS)}`,
  is: (number) => `${collectionPath('imagestreams', NAMESPACE)}/${streamOf(number)}`,
  isimage: (number) => `${collectionPath('imagestreamimages', NAMESPACE)}/${streamOf(number)}@${currentImage(number)}`,
  image: (number) => `${collectionPath('images')}/${currentImage(number)}`,
};

const streamOf = (number: number): string => streamAt(Math.floor(number / TAGS));
const currentImage = (number: number): string => imageName(number * MOVES + MOVES - 1);

/** Fills a server that is empty, and reads objects at random. */
export async function measureReads(
  server: ServerProcess,
  what: Readable,
  { seconds, warmUp }: Pick<ScenarioOptions, 'seconds' | 'warmUp'>,
): Promise<LoadFigures> {
  await server.createNamespace(NAMESPACE);
  await createStreams(server, NAMESPACE, 0, STREAMS);
  await pushHistories(server, NAMESPACE, 0, STREAMS, { tags: TAGS, moves: MOVES, images: IMAGES });
  const requests = Array.from({ length: STREAMS * TAGS }, (_, number) =>
    requestBytes(server.endpoint, { path: PATHS[what](number) }),
  );
  const next = (): Buffer | undefined => requests[Math.floor(Math.random() * requests.length)];
  return runLoad(server, { connections: CONNECTIONS, seconds, warmUp, next, status: 200 });
}

const reading = (what: Readable): Scenario => ({
  names: [what, 'get'],
  async run({ seconds, warmUp }, report) {
    const server = await ServerProcess.startEmpty();
    try {
      const figures = await measureReads(server, what, { seconds, warmUp });
      const original: Readonly<Partial<Record<number, LoadFigures>>> = ORIGINAL[what];
      report({
        ...{ kind: 'load', operation: OPERATIONS[what], connections: CONNECTIONS, figures },
        ...originalLoad(original, CONNECTIONS),
      });
    } finally {
      await server.stopAndDelete();
    }
  },
});

/** Objects are read at random. */
export const reads: readonly Scenario[] = (['istag', 'is', 'isimage', 'image'] as const).map(reading);
