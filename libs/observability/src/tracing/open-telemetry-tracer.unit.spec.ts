import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import type { Tracer } from '#lib/tracing';
import { exportingTracer } from './exporting-tracer.js';
import { openTracing } from './open-tracing.js';

const PARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** The spans that become of what is done. */
async function traced(act: (tracer: Tracer) => Promise<unknown>, sampleRatio = 1): Promise<readonly ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const kept: ReadableSpan[] = [];
  // A closed exporter forgets; what it was given is kept here.
  exporter.shutdown = () => Promise.resolve(void kept.push(...exporter.getFinishedSpans()));
  const { tracer, close } = exportingTracer({ service: 'test', sampleRatio, exporter });
  await act(tracer).catch(() => undefined);
  await close();
  return kept;
}

describe('a span', () => {
  it('is part of the one in which it is begun, also after a wait', async () => {
    const [inner, outer] = await traced((tracer) =>
      tracer.span('outer', {}, async () => {
        await Promise.resolve();
        await tracer.span('inner', {}, () => Promise.resolve());
      }),
    );
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(outer?.parentSpanContext).toBeUndefined();
    expect(outer?.resource.attributes).toMatchObject({ 'service.name': 'test', 'service.namespace': 'tagline' });
  });

  it('goes on where it is told to, and says where others can', async () => {
    let told: string | undefined;
    const [span] = await traced(async (tracer) => {
      const started = tracer.start('there', { parent: PARENT, links: [PARENT, 'nonsense'] });
      told = started.traceparent;
      started.end();
    });
    expect(span?.parentSpanContext?.spanId).toBe('b'.repeat(16));
    expect(span?.links).toHaveLength(1);
    expect(told).toBe(`00-${'a'.repeat(32)}-${span?.spanContext().spanId}-01`);
  });

  it('keeps of an error its class and code, and not what it says', async () => {
    const failure = Object.assign(new TypeError('the password is s3cret'), { code: 'refused' });
    const [span] = await traced((tracer) => tracer.span('failing', {}, () => Promise.reject(failure)));
    expect(span?.attributes).toEqual({ 'error.type': 'TypeError refused' });
    expect(JSON.stringify([span?.status, span?.events])).not.toContain('s3cret');
  });

  it('is sent where the caller wants that, and else in its share', async () => {
    const act = async (tracer: Tracer): Promise<void> => {
      await tracer.span('own', {}, (span) => {
        expect(span.traceparent).toMatch(/-00$/);
        return Promise.resolve();
      });
      await tracer.span('wanted', { parent: PARENT }, () => Promise.resolve());
      await tracer.span('unwanted', { parent: PARENT.replace(/01$/, '00') }, () => Promise.resolve());
    };
    expect((await traced(act, 0)).map(({ name }) => name)).toEqual(['wanted']);
  });
});

describe('without an endpoint', () => {
  it('what runs as a span just runs', async () => {
    const { tracer, close } = await openTracing({ sampleRatio: 1 }, 'test', () => undefined);
    expect(tracer.isOn).toBe(false);
    expect(await tracer.span('x', {}, (span) => Promise.resolve([span.traceparent]))).toEqual([undefined]);
    await close();
  });
});

describe('a collector that takes nothing', () => {
  it('is told of, and is no failure of what was traced', async () => {
    const collector = createServer((_request, response) => response.writeHead(400).end());
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
    const told: string[] = [];
    const { tracer, close } = await openTracing({ endpoint, sampleRatio: 1 }, 'test', (what) => told.push(what));
    expect(await tracer.span('x', {}, () => Promise.resolve('done'))).toBe('done');
    await close();
    expect(told).toEqual(['spans cannot be delivered to the collector of traces']);
    collector.closeAllConnections();
    await new Promise((resolve) => collector.close(resolve));
  });
});
