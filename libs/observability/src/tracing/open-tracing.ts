import { NO_TRACER } from '#lib/tracing';
import type { OpenTracing } from './exporting-tracer.js';

export interface TracingSettings {
  /** URL that takes OTLP over HTTP; without one nothing is traced. */
  readonly endpoint?: string | undefined;
  /** Share of the requests that are traced, of those whose caller did not decide. */
  readonly sampleRatio: number;
}

/**
 * The tracer of the process. OpenTelemetry is only loaded where it is wanted.
 *
 * @param service - what the process is called in traces, such as `tagline` or `gateway`.
 * @param onProblem - told when spans cannot be delivered; they are lost then, and nothing else is.
 */
export async function openTracing(
  { endpoint, sampleRatio }: TracingSettings,
  service: string,
  onProblem: (what: string, error: unknown) => void,
): Promise<OpenTracing> {
  if (endpoint === undefined) return { tracer: NO_TRACER, close: () => Promise.resolve() };
  const { exportingTracer, otlpExporter } = await import('./exporting-tracer.js');
  return exportingTracer({ service, sampleRatio, exporter: otlpExporter(endpoint, onProblem) });
}
