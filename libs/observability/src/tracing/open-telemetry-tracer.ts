import { AsyncLocalStorage } from 'node:async_hooks';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Span, SpanAttributes, SpanOptions, StartedSpan, Tracer } from '#lib/tracing';

/** Spans of OpenTelemetry. */
export class OpenTelemetryTracer implements Tracer {
  readonly isOn = true;
  private readonly current = new AsyncLocalStorage<Context>();

  constructor(private readonly tracer: OtelTracer) {}

  async span<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T> {
    const started = this.begin(name, options);
    try {
      const result = await this.current.run(started.context, () => run(started));
      started.end();
      return result;
    } catch (error) {
      started.end(error);
      throw error;
    }
  }

  start(name: string, options: SpanOptions): StartedSpan {
    return this.begin(name, options);
  }

  private begin(name: string, { kind = 'internal', attributes = {}, parent, links = [] }: SpanOptions): TracedSpan {
    const outer = parent === undefined ? (this.current.getStore() ?? ROOT_CONTEXT) : contextOf(parent);
    const span = this.tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...attributes }, links: links.flatMap(linkTo) },
      outer,
    );
    return new TracedSpan(span, trace.setSpan(outer, span));
  }
}

const KINDS: Readonly<Record<NonNullable<SpanOptions['kind']>, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const propagator = new W3CTraceContextPropagator();

const contextOf = (traceparent: string): Context =>
  propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);

function linkTo(traceparent: string): readonly Link[] {
  const context = trace.getSpanContext(contextOf(traceparent));
  return context === undefined ? [] : [{ context }];
}

class TracedSpan implements StartedSpan {
  constructor(
    private readonly span: OtelSpan,
    readonly context: Context,
  ) {}

  get traceparent(): string | undefined {
    const carrier: { traceparent?: string } = {};
    propagator.inject(this.context, carrier, defaultTextMapSetter);
    return carrier.traceparent;
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes });
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      this.span.setAttribute('error.type', kindOf(error));
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** What somebody said about an error may hold anything; its class and its code are ours. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
