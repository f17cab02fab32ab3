import { PushTemplate, imageName } from './pushed-image.js';
import { collectionPath, requestBytes } from './request.js';
import { sendAll, type LoadedServer } from './load.js';

const WRITERS = 64;

export interface Tags {
  readonly tags: number;
  /** How often each tag is moved. */
  readonly moves: number;
  /** Images that the tags move between; each is registered before it is tagged. */
  readonly images: number;
}

/** Body of a new image stream. */
export const streamBody = (namespace: string, name: string): object => ({
  kind: 'ImageStream',
  apiVersion: 'image.openshift.io/v1',
  metadata: { name, namespace },
});

export const streamAt = (index: number): string => `stream-${`${index}`.padStart(5, '0')}`;
export const tagAt = (index: number): string => `v${index}`;

/** Creates the streams `from` to `to` of a namespace. */
export function createStreams(server: LoadedServer, namespace: string, from: number, to: number): Promise<void> {
  const path = collectionPath('imagestreams', namespace);
  return sendAll(server, WRITERS, {
    status: 201,
    next: counting(from, to, (index) =>
      requestBytes(server.endpoint, { method: 'POST', path, body: streamBody(namespace, streamAt(index)) }),
    ),
  });
}

/** Moves the tags of the streams `from` to `to` through their images, each by a push of its own. */
export async function pushHistories(
  server: LoadedServer,
  namespace: string,
  from: number,
  to: number,
  { tags, moves, images }: Tags,
): Promise<void> {
  const { endpoint } = server;
  const template = (size: 'full' | 'small', index: number, tag: number): PushTemplate =>
    new PushTemplate(endpoint, namespace, streamAt(index), tagAt(tag), size);
  for (let move = 0; move < moves; move++) {
    await sendAll(server, WRITERS, {
      status: 201,
      next: counting(from * tags, to * tags, (number) => {
        const image = number * moves + move;
        const isNew = image < images;
        const push = template(isNew ? 'full' : 'small', Math.floor(number / tags), number % tags);
        return push.with(imageName(image % images));
      }),
    });
  }
}

function counting(from: number, to: number, make: (index: number) => Buffer): () => Buffer | undefined {
  let index = from;
  return () => (index < to ? make(index++) : undefined);
}
