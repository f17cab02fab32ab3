import type { NamedTagEventList } from '../schema/types.js';

/** Characters that the tags of a stream may take in a table. */
const WIDTH = 40;
/** What a last tag may stick out by. */
const MARGIN = 10;

/** The tags of a stream, the one that moved last first, as many as fit. */
export function tagListCell(tags: readonly NamedTagEventList[]): string {
  return fitted([...tags].sort(byNewest).map(({ tag }) => tag));
}

function byNewest(a: NamedTagEventList, b: NamedTagEventList): number {
  const difference = headSecond(b) - headSecond(a);
  return difference !== 0 ? difference : a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0;
}

/** Time of a tag's newest item in seconds; a tag without any comes last. */
function headSecond({ items }: NamedTagEventList): number {
  const created = items?.[0]?.created;
  return created == null ? -Infinity : Math.round(Date.parse(created) / 1000);
}

function fitted(tags: readonly string[]): string {
  const count = fittingCount(tags);
  const hidden = tags.length - count;
  return tags.slice(0, count).join(',') + (hidden > 0 ? ` + ${hidden} more...` : '');
}

function fittingCount(tags: readonly string[]): number {
  let remaining = WIDTH;
  for (const [index, tag] of tags.entries()) {
    remaining -= tag.length + 1;
    if (remaining >= 0) continue;
    if (index === 0) return 1;
    const takesMuch = remaining + tag.length > MARGIN;
    return takesMuch && -remaining <= MARGIN ? index + 1 : index;
  }
  return tags.length;
}
