import type { ServerResponse } from 'node:http';
import { encodeContinueToken } from '../selection/continue-token.js';
import type { ListOptions } from '../selection/list-options.js';
import type { ListResult } from '../storage/resource.js';
import type { Presentation } from './presentation.js';
import { PieceWriter } from './response-writer.js';

/** Writes a list as it is read. What is known only at its end, such as where the next page starts, stands there. */
export async function writeList(
  response: ServerResponse,
  list: ListResult,
  presentation: Presentation,
  options: ListOptions,
  isGzipAccepted: boolean,
): Promise<void> {
  const writer = new PieceWriter(response, presentation.contentType, isGzipAccepted);
  // All pages of one list show one version, so that a watch from there sees what changed while they were read.
  const resourceVersion = options.continue?.resourceVersion ?? list.resourceVersion;
  await writer.write(presentation.listStart);
  let first = true;
  for await (const views of list.items) {
    for (const view of views) {
      if (!first) await writer.write(presentation.separator);
      first = false;
      await writer.write(presentation.item(view));
    }
  }
  const after = list.next();
  const selectors = { labels: options.labelSelector.text, fields: options.fieldSelector.text };
  const metadata = {
    resourceVersion,
    ...(after === undefined ? {} : { continue: encodeContinueToken({ resourceVersion, after }, selectors) }),
  };
  await writer.write(presentation.listEnd(metadata, first));
  await writer.end();
}
