import type { ListRequest, ListResult, ObjectView, Selection } from '#lib/kube-api';

/** One page of everything there is, in the order of keys; `after` is exclusive. */
export type ReadPage = (after: readonly string[] | undefined, limit: number) => Promise<readonly ObjectView[]>;

const PAGE = 500;

/**
 * A list, read page by page while it is sent. A limit counts the objects that are wanted, not those that are looked at.
 *
 * @param keyOf - where the list goes on after an object.
 * @param visible - whether the caller may see an object at all.
 */
export function selectedPages(
  resourceVersion: string,
  { selects, limit, after }: ListRequest,
  readPage: ReadPage,
  keyOf: (view: ObjectView) => readonly string[],
  visible: (view: ObjectView) => Promise<boolean> = () => Promise.resolve(true),
): ListResult {
  let next: readonly string[] | undefined;

  async function* items(): AsyncIterable<readonly ObjectView[]> {
    let left = limit ?? Infinity;
    let last: ObjectView | undefined;
    for (let from = after; ;) {
      const page = await readPage(from, PAGE);
      const wanted: ObjectView[] = [];
      for (const view of page) {
        if (!isSelected(selects, view) || !(await visible(view))) continue;
        // Only one more object makes it worth to ask for another page.
        if (left === 0) {
          if (wanted.length > 0) yield wanted;
          next = last && keyOf(last);
          return;
        }
        left--;
        last = view;
        wanted.push(view);
      }
      if (wanted.length > 0) yield wanted;
      const end = page.at(-1);
      if (end === undefined || page.length < PAGE) return;
      from = keyOf(end);
    }
  }

  return { resourceVersion, items: items(), next: () => next };
}

/** Whether a selection wants an object. */
export function isSelected(selects: Selection | undefined, view: ObjectView): boolean {
  if (selects === undefined) return true;
  if (selects.name !== undefined && selects.name !== view.name) return false;
  return selects.labels(view.labels) && (selects.fields?.(view) ?? true);
}
