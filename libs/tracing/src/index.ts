export { answering, calling, consuming, isOfOld, publishing, together, traceparentOf, within } from './carriers.js';
export { NO_TRACER, TRACER } from './tracer.js';
export type { Span, SpanAttributes, SpanOptions, StartedSpan, Tracer } from './tracer.js';
