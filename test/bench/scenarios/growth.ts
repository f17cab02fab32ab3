import { runLoad, sendAll, type LoadFigures } from '../load.js';
import { imageName, PushTemplate } from '../pushed-image.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Row } from '../row.js';
import type { Scenario } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, pushHistories, streamAt, tagAt } from '../streams.js';

const NAMESPACE = 'bench';
const CONNECTIONS = 16;
/** Known images that tags move between, so that a push is the move of a tag and nothing else. */
const IMAGES = 1_000;

/** Streams by what they have grown to. The small ones are many, so that none of them grows while it is measured. */
const SMALL = { from: 0, to: 256 };
const MANY_TAGS = SMALL.to;
const LONG_HISTORY = SMALL.to + 1;

/** A stream with 10,000 tags and a tag with 10,000 history items, beside streams that have one of each. */
export const growth: Scenario = {
  names: ['growth'],
  async run({ seconds, warmUp, quick }, report) {
    const size = quick ? 1_000 : 10_000;
    const server = await ServerProcess.startEmpty();
    try {
      await server.createNamespace(NAMESPACE);
      await createStreams(server, NAMESPACE, 0, LONG_HISTORY + 1);
      const small = { moves: 1, images: IMAGES };
      await pushHistories(server, NAMESPACE, SMALL.from, SMALL.to, { ...small, tags: 1 });
      await pushHistories(server, NAMESPACE, MANY_TAGS, MANY_TAGS + 1, { ...small, tags: size });
      await pushOnto(server, LONG_HISTORY, size);

      const measure = async (operation: string, status: number, next: () => Buffer): Promise<LoadFigures> => {
        const figures = await runLoad(server, { connections: CONNECTIONS, seconds, warmUp, next, status });
        report({ kind: 'load', operation, connections: CONNECTIONS, figures });
        return figures;
      };
      const compare = (operation: string, grown: LoadFigures, little: LoadFigures): void =>
        report(timesTheProcessorTime(operation, grown, little));

      const { endpoint } = server;
      const pushing = (stream: number, tags: number): (() => Buffer) => {
        const templates = Array.from(
          { length: tags },
          (_, tag) => new PushTemplate(endpoint, NAMESPACE, streamAt(stream), tagAt(tag), 'small'),
        );
        return taking(templates, (template, turn) => template.with(imageName(turn % IMAGES)));
      };
      const everySmall = Array.from({ length: SMALL.to }, (_, stream) => pushing(stream, 1));
      const pushSmall = await measure(
        'push into a small stream',
        201,
        taking(everySmall, (push) => push()),
      );
      const pushManyTags = await measure(`push into a stream of ${size} tags`, 201, pushing(MANY_TAGS, size));
      const pushLong = await measure(`push to a tag with ${size} items`, 201, pushing(LONG_HISTORY, 1));
      compare(`a push into ${size} tags`, pushManyTags, pushSmall);
      compare(`a push onto ${size} items`, pushLong, pushSmall);

      const get = (resource: string, name: string) => {
        const request = requestBytes(endpoint, { path: `${collectionPath(resource, NAMESPACE)}/${name}` });
        return () => request;
      };
      const getSmall = await measure(
        'get a tag of a small stream',
        200,
        get('imagestreamtags', `${streamAt(0)}:${tagAt(0)}`),
      );
      const getOfMany = await measure(
        `get one of ${size} tags`,
        200,
        get('imagestreamtags', `${streamAt(MANY_TAGS)}:${tagAt(size - 1)}`),
      );
      const getLong = await measure(
        `get a tag with ${size} items`,
        200,
        get('imagestreamtags', `${streamAt(LONG_HISTORY)}:${tagAt(0)}`),
      );
      compare(`a read of one of ${size} tags`, getOfMany, getSmall);
      compare(`a read of a tag with ${size} items`, getLong, getSmall);
      await measure(`get a stream with ${size} items`, 200, get('imagestreams', streamAt(LONG_HISTORY)));
      await measure(
        `get the image of the oldest of ${size} items`,
        200,
        get('imagestreamimages', `${streamAt(LONG_HISTORY)}@${imageName(0)}`),
      );
      await measure(`get a stream with ${size} tags`, 200, get('imagestreams', streamAt(MANY_TAGS)));
    } finally {
      await server.stopAndDelete();
    }
  },
};

/** Gives the first tag of a stream a history. */
async function pushOnto(server: ServerProcess, stream: number, items: number): Promise<void> {
  const template = new PushTemplate(server.endpoint, NAMESPACE, streamAt(stream), tagAt(0), 'small');
  let pushed = 0;
  const next = (): Buffer | undefined => (pushed < items ? template.with(imageName(pushed++ % IMAGES)) : undefined);
  await sendAll(server, CONNECTIONS, { status: 201, next });
}

/** Takes from a list in turn, with the number of the turn. */
function taking<Item>(items: readonly Item[], make: (item: Item, turn: number) => Buffer): () => Buffer {
  let turn = 0;
  return () => {
    const item = items[turn % items.length] as Item;
    return make(item, turn++);
  };
}

const timesTheProcessorTime = (operation: string, grown: LoadFigures, little: LoadFigures): Row => ({
  ...{ kind: 'quantity', operation: `${operation}, in processor time of a small one`, unit: '' },
  value: grown.cpuPerThousand / little.cpuPerThousand,
});
