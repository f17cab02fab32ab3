import type { Configuration } from '#lib/config';
import type { Logger, Metrics } from '#lib/observability';
import type { Tracer } from '#lib/tracing';

/** What a process has before its modules are put together. */
export interface Surroundings {
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

/** Tells the log what somebody could not do, and goes on without. */
export const problemsTo =
  (logger: Pick<Logger, 'warn'>) =>
  (what: string, error: unknown): void =>
    logger.warn({ err: error }, what);
