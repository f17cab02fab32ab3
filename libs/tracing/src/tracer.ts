/**
 * Follows what one request leads to, through whatever does it.
 *
 * This is all that the rest of Tagline knows of tracing. What becomes of spans is decided where the process is put
 * together; by default nothing does, and a span costs no more than calling the function that it is of.
 */
export interface Tracer {
  /** Whether anything becomes of spans: what is only worked out for them need not be, where not. */
  readonly isOn: boolean;

  /** Runs something as a span. Spans begun while it runs are parts of it, and so is what it calls. */
  span<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T>;

  /** Begins a span that its caller ends. What happens meanwhile is not part of it. */
  start(name: string, options: SpanOptions): StartedSpan;
}

export interface SpanOptions {
  /** What the span is to other processes; `internal` where it is nothing to them. */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
  /** W3C trace context of what led here. Without one the span is part of that in which it is begun. */
  readonly parent?: string | undefined;
  /** Trace contexts of whatever else led here, as where one append serves several requests. */
  readonly links?: readonly string[];
}

export interface Span {
  /** Trace context for what this leads to elsewhere; absent where nothing becomes of spans. */
  readonly traceparent: string | undefined;
  set(attributes: SpanAttributes): void;
  /** For what is only known once it was begun. */
  rename(name: string): void;
}

export interface StartedSpan extends Span {
  /** @param error - what it failed with; only its class and code are kept. */
  end(error?: unknown): void;
}

/**
 * Everything that a span may say. The list is closed, so that nothing secret gets into a trace by mistake: no headers,
 * no query, no bodies, no messages of errors.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'server.address'?: string;
  readonly 'tagline.request_id'?: string;
  readonly 'tagline.verb'?: string;
  readonly 'tagline.resource'?: string;
  readonly 'tagline.aggregate'?: string;
  readonly 'tagline.outcome'?: string;
  /** Commands that were decided together. */
  readonly 'tagline.batch_size'?: number;
  readonly 'tagline.events'?: number;
  readonly 'tagline.position'?: number;
  readonly 'tagline.trigger'?: string;
  readonly 'tagline.images.found'?: number;
  readonly 'tagline.images.missing'?: number;
  readonly 'rpc.method'?: string;
  readonly 'messaging.destination.name'?: string;
  readonly 'messaging.batch.message_count'?: number;
}

/** Nest token of the {@link Tracer} of the process. */
export const TRACER = Symbol('Tracer');

const NO_SPAN: StartedSpan = {
  traceparent: undefined,
  set: () => undefined,
  rename: () => undefined,
  end: () => undefined,
};

/** Nothing becomes of spans. */
export const NO_TRACER: Tracer = {
  isOn: false,
  span: (_name, _options, run) => run(NO_SPAN),
  start: () => NO_SPAN,
};
