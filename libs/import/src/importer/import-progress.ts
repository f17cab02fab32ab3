/** How far an import has come. */
export interface ImportProgress {
  readonly done: number;
  /** Known to be wanted so far: the tags of a repository count from when they were listed. */
  readonly total: number;
  /** Bytes of manifests and configurations that were read. */
  readonly bytes: number;
}

const INTERVAL_MS = 1_000;

/** Counts what an import has done, and tells it at most once a second. */
export class ProgressMeter {
  private done = 0;
  private total = 0;
  private bytes = 0;
  private lastReport: number;

  constructor(
    private readonly report: (progress: ImportProgress) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.lastReport = clock();
  }

  expect(count: number): void {
    this.total += count;
  }

  finished(bytes: number): void {
    this.done++;
    this.bytes += bytes;
    const now = this.clock();
    if (now - this.lastReport < INTERVAL_MS) return;
    this.lastReport = now;
    this.report({ done: this.done, total: this.total, bytes: this.bytes });
  }
}
