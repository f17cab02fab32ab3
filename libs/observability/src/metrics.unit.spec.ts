import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';

describe('the metrics', () => {
  it('count requests by verb, resource and code, with their times', async () => {
    const metrics = new Metrics({ ofProcess: false });
    metrics.observeRequest({ verb: 'get', resource: 'imagestreams', code: 200 }, 0.004);
    const text = await metrics.render();
    const labels = 'verb="get",resource="imagestreams",code="200"';
    expect(text).toContain(`tagline_api_request_duration_seconds_bucket{le="0.0025",${labels}} 0`);
    expect(text).toContain(`tagline_api_request_duration_seconds_bucket{le="0.005",${labels}} 1`);
    expect(text).toContain(`tagline_api_request_duration_seconds_count{${labels}} 1`);
  });

  it('take counters, and gauges that are read when asked for', async () => {
    const metrics = new Metrics({ ofProcess: false });
    const imports = metrics.counter('tagline_imports_total', 'Imports.', ['outcome']);
    imports.inc({ outcome: 'success' });
    let open = 1;
    metrics.gauge('tagline_watches', 'Open watches.', [], () => open);
    open = 3;
    const text = await metrics.render();
    expect(text).toContain('tagline_imports_total{outcome="success"} 1');
    expect(text).toContain('tagline_watches 3');
  });

  it('take gauges whose series come and go', async () => {
    const metrics = new Metrics({ ofProcess: false });
    let topics = ['images', 'streams'];
    const read = () => topics.map((topic) => ({ labels: { topic }, value: topic.length }));
    metrics.readings('tagline_lag_events', 'Lag.', ['topic'], read);
    expect(await metrics.render()).toContain('tagline_lag_events{topic="images"} 6');
    topics = ['streams'];
    const text = await metrics.render();
    expect(text).toContain('tagline_lag_events{topic="streams"} 7');
    expect(text).not.toContain('images');
  });

  it('tell of the process', async () => {
    const metrics = new Metrics();
    expect(await metrics.render()).toContain('process_resident_memory_bytes');
    expect(metrics.contentType).toContain('text/plain');
  });
});
