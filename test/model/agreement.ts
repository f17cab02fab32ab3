import { expect } from 'vitest';
import type { StreamHeader, TagItem, TagState } from '#lib/events';
import { ApiError, type RequestContext } from '#lib/kube-api';
import { decodeTexts, imageDocument, toState, type LocalReadModel } from '#lib/read-model';
import type { FoldedImage, FoldedLog, FoldedStream } from './folded-log.js';
import { WINDOW, type ImageSystem, type Projected } from './image-system.js';

/** A tag without the classes that hold it, to be compared. */
const plainTag = ({ spec, history, conditions }: TagState, items = Infinity) => ({
  spec,
  items: history.toArray(items),
  conditions,
});

/** A stream without the classes that hold it; tags in order of their names, as far as the window shows them. */
export const plainStream = (
  stream: { header: StreamHeader; version: number; tags: Iterable<[string, TagState]> },
  items = Infinity,
) => ({
  header: stream.header,
  version: stream.version,
  tags: Object.fromEntries([...stream.tags].sort().map(([tag, state]) => [tag, plainTag(state, items)])),
});

/** Images in the histories of a stream's tags, sorted. */
export const imagesOf = ({ tags }: FoldedStream): string[] => {
  const images = [...tags.values()].flatMap(({ history }) => [...history]).map(({ image }) => image);
  return [...new Set(images)].filter((image) => image !== '').sort();
};

/** What the read models show is what the log says, and what must hold of it holds. */
export async function assertAgreement(
  log: FoldedLog,
  { readModel }: Projected,
  known: { readonly streams: readonly string[]; readonly images: readonly string[] },
): Promise<void> {
  const { now } = log;
  await readModel.waitFor(now.position);
  const listed = await readModel.streams(undefined, { limit: 100 });
  expect(listed.streams.map(({ header }) => `${header.namespace}/${header.name}`)).toEqual(
    [...now.streams.keys()].sort(),
  );
  for (const id of known.streams) await assertStream(readModel, id, now.streams.get(id), known.images);
  for (const image of known.images) await assertImage(readModel, image, now.images.get(image));
  for (const [id, { tags }] of now.streams) {
    for (const [tag, { history }] of tags) {
      if (!log.rewritten.has(`${id}:${tag}`)) assertNewestFirst([...history]);
    }
  }
}

async function assertStream(
  readModel: LocalReadModel,
  id: string,
  folded: FoldedStream | undefined,
  images: readonly string[],
): Promise<void> {
  const [namespace = '', name = ''] = id.split('/');
  const shown = await readModel.stream(namespace, name);
  expect(await readModel.streamImages(namespace, name)).toEqual(folded === undefined ? [] : imagesOf(folded));
  if (folded === undefined) {
    expect(shown).toBeUndefined();
    return;
  }
  const tags = shown?.tags.map(({ tag, texts }): [string, TagState] => [tag, toState(decodeTexts(texts))]) ?? [];
  expect(shown && plainStream({ ...shown, tags })).toEqual(plainStream(folded, WINDOW));
  for (const [tag, state] of folded.tags) {
    const one = await readModel.tag(namespace, name, tag);
    expect(one && { ...one.document, version: one.version }).toEqual({
      ...plainTag(state, WINDOW),
      version: folded.version,
    });
    expect(await readModel.history(namespace, name, tag)).toEqual(state.history.toArray());
  }
  expect(imagesOf(folded).every((image) => images.includes(image))).toBe(true);
}

async function assertImage(readModel: LocalReadModel, name: string, folded: FoldedImage | undefined): Promise<void> {
  const shown = await readModel.image(name);
  const expected = folded && imageDocument(folded.image, folded.signatures, folded.version);
  expect(shown && JSON.parse(shown.toString('utf8'))).toEqual(expected && JSON.parse(JSON.stringify(expected)));
}

function assertNewestFirst(items: readonly TagItem[]): void {
  const times = items.map(({ created }) => created ?? '');
  expect(times).toEqual(times.toSorted().reverse());
}

/** An ImageStreamImage is there for the images of a stream's history that are registered, and for no others. */
export async function assertStreamImages(
  log: FoldedLog,
  system: ImageSystem,
  { readModel }: Projected,
  images: readonly string[],
): Promise<void> {
  const api = system.streamImages(readModel);
  const context = { signal: new AbortController().signal } as RequestContext;
  for (const [id, stream] of log.now.streams) {
    const [namespace = '', name = ''] = id.split('/');
    const inHistory = imagesOf(stream);
    for (const image of images) {
      const found = await api.get(context, { namespace, name: `${name}@${image}` }).then(
        (view) => view.name,
        (error: unknown) => {
          if (error instanceof ApiError && error.code === 404) return undefined;
          throw error;
        },
      );
      const there = inHistory.includes(image) && log.now.images.has(image);
      expect(found).toBe(there ? `${name}@${image}` : undefined);
    }
  }
}
