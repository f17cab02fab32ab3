import type { ListRequest, ListResult, ObjectView } from '#lib/kube-api';
import type { StreamView } from '#lib/read-model';
import { freshen, type ImageApiContext } from '../image-api-context.js';
import { fromView, type StreamSource } from '../views/stream-source.js';

/** How many streams are read at a time, so that a long list neither fills the memory nor holds up other requests. */
const CHUNK = 250;

/**
 * Lists what is made of streams: the streams themselves, or their tags.
 *
 * @param render - the objects that one stream gives; with a limit a page may end a little after it, never inside a stream.
 */
export async function listStreams(
  api: ImageApiContext,
  { namespace, selects, limit, after }: ListRequest,
  render: (source: StreamSource) => readonly ObjectView[],
): Promise<ListResult> {
  await freshen(api);
  const resourceVersion = `${api.readModel.position}`;
  let next: readonly string[] | undefined;

  async function* items(): AsyncIterable<readonly ObjectView[]> {
    let left = limit ?? Infinity;
    let from = after;
    for (;;) {
      const page = { limit: Math.min(CHUNK, left), ...(from && { after: from }) };
      const { streams, last } = await api.readModel.streams(namespace, page, labelled);
      const views = streams.flatMap((stream) => render(fromView(stream)).filter(matches));
      left -= views.length;
      if (views.length > 0) yield views;
      if (last === undefined) return;
      from = last;
      if (left <= 0) {
        next = last;
        return;
      }
    }
  }

  const labelled = ({ header }: Pick<StreamView, 'header'>): boolean => selects?.labels(header.metadata.labels) ?? true;
  const matches = (view: ObjectView): boolean => selects?.fields?.(view) ?? true;
  return { resourceVersion, items: items(), next: () => next };
}
