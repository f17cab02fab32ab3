export { answering, consuming, isOfOld, publishing, together, traceparentOf } from './carriers.js';
export { NO_TRACER, TRACER } from './tracer.js';
export type { Span, SpanAttributes, SpanOptions, StartedSpan, Tracer } from './tracer.js';
