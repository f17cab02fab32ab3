export { answering, consuming, publishing, together, traceparentOf, TRACEPARENT_HEADER } from './carriers.js';
export { NO_TRACER, TRACER } from './tracer.js';
export type { Span, SpanAttributes, SpanOptions, StartedSpan, Tracer } from './tracer.js';
