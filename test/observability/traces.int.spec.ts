import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessRegistry } from '#lib/testing';
import { AccessServer, type Json } from '../access/access-server.js';
import { TraceCollector, type CollectedSpan } from './trace-collector.js';

const NAMESPACE = '/apis/image.openshift.io/v1/namespaces/team';
const TRACE = 'a'.repeat(32);
const CLIENT_SPAN = '00f067aa0ba902b7';

let collector: TraceCollector;
let registry: InProcessRegistry;
let imported: Json;
/** Everything that must not be in a span. */
const secrets: string[] = [];

/** Drives a server whose every request is traced, until it is stopped: all spans have been sent by then. */
beforeAll(async () => {
  [collector, registry] = await Promise.all([
    TraceCollector.start(),
    InProcessRegistry.start({ auth: { mode: 'basic', username: 'robot', password: 'secret-of-team' } }),
  ]);
  const server = await AccessServer.start(
    { 'tokens.csv': 'token-of-ed,ed,1' },
    {
      TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv',
      TAGLINE_OBSERVABILITY_TRACING_ENDPOINT: collector.endpoint,
      TAGLINE_OBSERVABILITY_TRACING_SAMPLE_RATIO: '1',
    },
  );
  secrets.push(server.adminToken, 'token-of-ed', 'secret-of-team');
  await server.asAdmin('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  await server.asAdmin('POST', '/api/v1/namespaces/team/secrets', {
    metadata: { name: 'pull' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: {
      '.dockerconfigjson': JSON.stringify({
        auths: { [registry.host]: { username: 'robot', password: 'secret-of-team' } },
      }),
    },
  });
  await server.ask({
    method: 'POST',
    path: `${NAMESPACE}/imagestreams`,
    token: server.adminToken,
    headers: { traceparent: `00-${TRACE}-${CLIENT_SPAN}-01`, cookie: 'secret-of-team' },
    body: { metadata: { name: 'app' } },
  });
  await server.ask({ path: `${NAMESPACE}/imagestreams`, token: 'token-of-ed' });
  registry.image({ repository: 'team/app', tag: 'v1' });
  const { body } = await server.asAdmin('POST', `${NAMESPACE}/imagestreamimports`, {
    metadata: { name: 'imported' },
    spec: {
      import: true,
      images: [
        {
          from: { kind: 'DockerImage', name: `${registry.host}/team/app:v1` },
          to: { name: 'v1' },
          importPolicy: { insecure: true },
        },
      ],
    },
  });
  imported = body;
  await server.stop();
});
afterAll(() => Promise.all([collector.stop(), registry.close()]));

const named = (name: string, trace = TRACE): CollectedSpan => {
  const found = collector.spans.filter((span) => span.name === name && span.traceId === trace);
  if (found.length !== 1) throw new Error(`${found.length} spans ${name} of ${collector.spans.length}`);
  return found[0] as CollectedSpan;
};

describe('the trace of a write', () => {
  it('goes on from the client through request, command and append to the read models', () => {
    const request = named('create imagestreams');
    const command = named('command imageStream');
    const append = named('append');
    const projection = named('project');
    expect(request.parentSpanId).toBe(CLIENT_SPAN);
    expect(command.parentSpanId).toBe(request.spanId);
    expect(append.parentSpanId).toBe(command.spanId);
    expect(projection.parentSpanId).toBe(command.spanId);
    expect(projection.attributes).toEqual({
      'tagline.events': 1,
      'tagline.position': append.attributes['tagline.position'],
    });
  });

  it('says what was asked, and how it ended', () => {
    expect(named('create imagestreams').attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 201,
      'tagline.request_id': expect.any(String) as string,
      'tagline.verb': 'create',
      'tagline.resource': 'imagestreams',
    });
    expect(named('command imageStream').attributes).toEqual({
      'tagline.aggregate': 'imageStream',
      'tagline.events': 1,
    });
    expect(named('append').attributes).toMatchObject({ 'tagline.batch_size': 1, 'tagline.events': 1 });
  });
});

describe('the trace of an import', () => {
  it('has the requests to registries, without where they lead', () => {
    expect(imported['status']).toMatchObject({ images: [{ status: { status: 'Success' } }] });
    const { traceId } = collector.spans.find(({ name }) => name === 'create imagestreamimports') as CollectedSpan;
    const run = named('import', traceId);
    expect(run.parentSpanId).toBe(named('create imagestreamimports', traceId).spanId);
    const requests = collector.spans.filter(({ name }) => name === 'registry request');
    for (const span of requests) expect([span.traceId, span.parentSpanId]).toEqual([traceId, run.spanId]);
    // Whether the registry speaks TLS is found out by trying.
    const answered = requests.filter(({ failed }) => !failed);
    expect(answered.map(({ attributes }) => attributes)).toContainEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': registry.host,
    });
    expect(collector.spans.filter((span) => span.traceId === traceId && span.name === 'append').length).toBeGreaterThan(
      1,
    );
  });
});

describe('a refused request', () => {
  it('has a span of a trace of its own', () => {
    const refused = collector.spans.find(({ attributes }) => attributes['http.response.status_code'] === 403);
    expect(refused).toMatchObject({ name: 'list imagestreams', parentSpanId: undefined });
  });
});

describe('what is sent', () => {
  it('holds no secret, and nobody’s name', () => {
    const text = collector.received.join('');
    expect(text).toContain('create imagestreams');
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/bearer|authorization|cookie|password/i);
    expect(text).not.toContain('system:admin');
  });
});
