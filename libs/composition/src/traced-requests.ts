import type { ApiServerOptions, Served } from '#lib/kube-api';
import { traceparentOf, type SpanAttributes, type Tracer } from '#lib/tracing';

/** Whoever collects metrics does so every few seconds, and nobody wants to see it. */
const UNTRACED = new Set(['/metrics']);

/** Makes each request a span, of the trace that its client sent or of one of its own. */
export function tracedRequests(tracer: Tracer): Pick<ApiServerOptions, 'around'> {
  if (!tracer.isOn) return {};
  return {
    around: async (request, serve) => {
      if (UNTRACED.has(request.path)) return void (await serve(request));
      const parent = traceparentOf(request.headers['traceparent']);
      await tracer.span('request', { kind: 'server', parent }, async (span) => {
        const served = await serve({ ...request, traceparent: span.traceparent });
        const { verb, resource } = served;
        if (verb !== '') span.rename(resource === '' ? verb : `${verb} ${resource}`);
        span.set(attributesOf(served));
      });
    },
  };
}

/** Neither who asked nor for which object: the request id leads to both, in the log. */
const attributesOf = ({ request, verb, resource, code }: Served): SpanAttributes => ({
  'http.request.method': request.method,
  'http.response.status_code': code,
  'tagline.request_id': request.requestId,
  'tagline.verb': verb,
  'tagline.resource': resource,
});
