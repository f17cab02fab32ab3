import { decodeTexts, toState, type ReadModel } from '#lib/read-model';
import type { StreamToImport } from './import-need.js';

const PAGE = 100;

/** Shows every stream that is there, until the signal is aborted. */
export async function eachStream(
  readModel: ReadModel,
  signal: AbortSignal,
  show: (key: string, stream: StreamToImport) => void,
): Promise<void> {
  let after: readonly [string, string] | undefined;
  do {
    const page = await readModel.streams(undefined, { limit: PAGE, ...(after && { after }) });
    for (const { header, tags } of page.streams) {
      const states = tags.map(({ tag, texts }) => [tag, toState(decodeTexts(texts))] as const);
      show(`${header.namespace}/${header.name}`, { header, tags: states });
    }
    after = page.last;
  } while (after !== undefined && !signal.aborted);
}
