import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessRegistry, PostgresServer } from '#lib/testing';
import { TraceCollector, type CollectedSpan } from '../observability/trace-collector.js';
import { GROUP } from '../system/harness/api-client.js';
import { eventually } from '../system/harness/eventually.js';
import { imageStream } from '../system/harness/image-objects.js';
import { Installation } from './harness/installation.js';
import { KafkaBroker } from './harness/kafka-broker.js';

const STREAMS = `${GROUP}/namespaces/team/imagestreams`;
const TRACE = 'a'.repeat(32);
const CLIENT_SPAN = '00f067aa0ba902b7';

let broker: KafkaBroker;
let postgres: PostgresServer;
let registry: InProcessRegistry;
let collector: TraceCollector;

/** Asks for an image that a worker fetches, and stops every process: all spans have been sent by then. */
beforeAll(async () => {
  [broker, postgres, registry, collector] = await Promise.all([
    KafkaBroker.start(),
    PostgresServer.startOwn(),
    InProcessRegistry.start(),
    TraceCollector.start(),
  ]);
  const kafka = { brokers: broker.brokers, topicPrefix: `t-${randomUUID()}` };
  const installation = await Installation.start({
    ...{ postgres, kafka },
    env: {
      TAGLINE_OBSERVABILITY_TRACING_ENDPOINT: collector.endpoint,
      TAGLINE_OBSERVABILITY_TRACING_SAMPLE_RATIO: '0',
    },
  });
  try {
    registry.image({ repository: 'team/app', tag: 'v1' });
    const api = installation.gateway.api();
    await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    const from = { kind: 'DockerImage', name: `${registry.host}/team/app:v1` };
    const stream = imageStream('app', { tags: [{ name: 'v1', from, importPolicy: { insecure: true } }] });
    const headers = { traceparent: `00-${TRACE}-${CLIENT_SPAN}-01` };
    const traced = installation.gateway.api({ headers });
    expect((await traced.post(STREAMS, stream)).code).toBe(201);
    traced.close();
    await eventually('the tag to be imported', async () => {
      const { code } = await api.get(`${GROUP}/namespaces/team/imagestreamtags/app:v1`);
      return code === 200 || undefined;
    });
    api.close();
    for (const process of installation.processes) await process.stop();
  } finally {
    await installation.dispose();
  }
});
afterAll(async () => {
  await collector.stop();
  await registry.close();
  await postgres.stop();
  await broker.dispose();
});

/** The spans of a name whose parent is another one of the trace. */
const under = (parent: CollectedSpan, name: string): CollectedSpan => {
  const found = collector.spans.find((span) => span.name === name && span.parentSpanId === parent.spanId);
  if (found === undefined) throw new Error(`no ${name} under ${parent.name}`);
  return found;
};

const request = (): CollectedSpan => {
  const found = collector.spans.find(({ name }) => name === 'create imagestreams');
  if (found === undefined) throw new Error('the request has no span');
  return found;
};

describe('the trace of a request', () => {
  it('leads from the client through the gateway into the service that appends', () => {
    expect(request()).toMatchObject({ service: 'tagline-gateway', traceId: TRACE, parentSpanId: CLIENT_SPAN });
    const call = under(request(), 'call stream.create');
    const answer = under(call, 'stream.create');
    expect([call.service, answer.service]).toEqual(['tagline-gateway', 'tagline-stream-service']);
    const command = under(answer, 'command imageStream');
    expect(under(command, 'append').service).toBe('tagline-stream-service');
  });

  it('goes on in the projector, in the relay, and in the worker that fetches the image', () => {
    const command = under(under(under(request(), 'call stream.create'), 'stream.create'), 'command imageStream');
    expect(under(command, 'project').traceId).toBe(TRACE);
    expect(under(command, 'publish').service).toBe('tagline-relay');
    const reaction = under(command, 'react imports');
    expect(reaction.service).toBe('tagline-import-service');
    const run = collector.spans.find(({ name, traceId }) => name === 'import' && traceId === TRACE);
    expect(run?.service).toBe('tagline-import-service');
  });

  it('is all of what others did not ask to trace', () => {
    expect([...new Set(collector.spans.map(({ traceId }) => traceId))]).toEqual([TRACE]);
  });
});
