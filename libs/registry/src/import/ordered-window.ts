/**
 * Works on items several at a time and yields the results in the order of the items. No more than `concurrency`
 * results are ever ahead of whoever reads.
 */
export async function* orderedWindow<T, R>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const window: Promise<R>[] = [];
  for (const item of items) {
    const started = work(item);
    // Its failure is reported when its turn comes, or never if nobody reads that far.
    started.catch(() => undefined);
    window.push(started);
    if (window.length >= concurrency) yield await (window.shift() as Promise<R>);
  }
  while (window.length > 0) yield await (window.shift() as Promise<R>);
}
