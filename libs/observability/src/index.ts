export { HealthController, Readiness } from './health.controller.js';
export { createLogger, LOGGER, requestLogger } from './logger.js';
export type { Logger, LoggerOptions } from './logger.js';
export { Metrics, METRICS } from './metrics.js';
export type { RequestLabels } from './metrics.js';
export { NestLogger } from './nest-logger.js';
export { openTracing } from './tracing/open-tracing.js';
export type { OpenTracing } from './tracing/exporting-tracer.js';
export type { TracingSettings } from './tracing/open-tracing.js';
