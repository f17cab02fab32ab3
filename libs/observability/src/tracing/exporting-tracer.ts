import { setTimeout } from 'node:timers/promises';
import type { Tracer } from '#lib/tracing';
import type { ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryTracer } from './open-telemetry-tracer.js';

export interface OpenTracing {
  readonly tracer: Tracer;
  /** Sends what is left; afterwards nothing becomes of spans. */
  readonly close: () => Promise<void>;
}

export interface ExportingTracerOptions {
  readonly service: string;
  readonly sampleRatio: number;
  readonly exporter: SpanExporter;
}

/** Spans beyond this many that wait to be sent are dropped: a collector that is away costs no more memory than that. */
const MAX_WAITING = 4_096;
const SEND_MS = 10_000;
/** A collector that does not answer must not hold a process up for longer that is asked to stop. */
const LEAVE_MS = 2_000;
/** An attribute is never longer; what we set is far shorter. */
const MAX_ATTRIBUTE = 512;

/** A tracer whose spans are sent in batches. Nothing of it is global: a process may have several, as in tests. */
export function exportingTracer({ service, sampleRatio, exporter }: ExportingTracerOptions): OpenTracing {
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: 512,
    exportTimeoutMillis: SEND_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'tagline' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE },
    spanProcessors: [processor],
  });
  return {
    tracer: new OpenTelemetryTracer(provider.getTracer('tagline')),
    close: () =>
      Promise.race([provider.shutdown().catch(() => undefined), setTimeout(LEAVE_MS, undefined, { ref: false })]),
  };
}

/** Sends spans as OTLP over HTTP. What it cannot send is told of once, until it can again. */
export function otlpExporter(endpoint: string, onProblem: (what: string, error: unknown) => void): SpanExporter {
  return new ReportingExporter(new OTLPTraceExporter({ url: endpoint, timeoutMillis: SEND_MS }), onProblem);
}

class ReportingExporter implements SpanExporter {
  private failing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly onProblem: (what: string, error: unknown) => void,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      const failed = result.error !== undefined;
      if (failed && !this.failing) this.onProblem('spans cannot be delivered to the collector of traces', result.error);
      this.failing = failed;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }
}
