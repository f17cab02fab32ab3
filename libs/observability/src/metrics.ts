import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; an import takes longer than anything else. */
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What a served request is counted by. All three have few values: no names, no paths. */
export interface RequestLabels {
  readonly verb: string;
  /** Resource with its subresource; empty for paths that are none. */
  readonly resource: string;
  /** HTTP status. */
  readonly code: number;
}

/** One of several series of a gauge. */
export interface Reading<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly value: number;
}

/** Injection token of the {@link Metrics} of the process. */
export const METRICS = Symbol('Metrics');

/** The measurements of the process, in the form that Prometheus reads. All of our own begin with `tagline_`. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'tagline_api_request_duration_seconds',
    help: 'Time to answer an API request.',
    labelNames: ['verb', 'resource', 'code'],
    buckets: REQUEST_BUCKETS,
    registers: [this.#registry],
  });

  /** @param ofProcess measure memory, processor and event loop too; once a process is enough. */
  constructor({ ofProcess = true }: { readonly ofProcess?: boolean } = {}) {
    if (ofProcess) collectDefaultMetrics({ register: this.#registry });
  }

  observeRequest({ verb, resource, code }: RequestLabels, seconds: number): void {
    this.#requests.observe({ verb, resource, code: String(code) }, seconds);
  }

  /** Something that only grows. By convention its name ends in `_total`. */
  counter<Label extends string = never>(
    name: `tagline_${string}`,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /** How long something takes, or how large it is. By convention its name ends in the unit. */
  histogram<Label extends string = never>(
    name: `tagline_${string}`,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label> {
    return new Histogram({
      ...{ name, help, labelNames: [...labelNames], buckets: [...buckets] },
      registers: [this.#registry],
    });
  }

  /** @param read called whenever the metrics are read, for a gauge that is not set when it changes. */
  gauge<Label extends string = never>(
    name: `tagline_${string}`,
    help: string,
    labelNames: readonly Label[] = [],
    read?: () => number | Promise<number>,
  ): Gauge<Label> {
    const gauge: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      ...(read === undefined ? {} : { collect: async () => gauge.set(await read()) }),
    });
    return gauge;
  }

  /** A gauge of several series, all of which are read whenever the metrics are. What is not read any more is not told. */
  readings<Label extends string>(
    name: `tagline_${string}`,
    help: string,
    labelNames: readonly Label[],
    read: () => readonly Reading<Label>[],
  ): void {
    const gauge: Gauge<Label> = new Gauge({
      ...{ name, help, labelNames: [...labelNames], registers: [this.#registry] },
      collect: () => {
        gauge.reset();
        for (const { labels, value } of read()) gauge.set(labels, value);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}
