import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessServer } from '../access/access-server.js';

const STREAMS = '/apis/image.openshift.io/v1/namespaces/team/imagestreams';

let server: AccessServer;
let text: string;
beforeAll(async () => {
  server = await AccessServer.start({ 'tokens.csv': 'token-of-ed,ed,1' }, { TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv' });
  await server.asAdmin('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  await server.asAdmin('POST', STREAMS, { metadata: { name: 'app' } });
  await server.asAdmin('POST', STREAMS, { metadata: { name: 'app' } });
  await server.ask({ path: STREAMS, token: 'token-of-ed' });
  ({ text } = await server.read('/metrics'));
});
afterAll(() => server.stop());

/** Value of the series that is printed so. */
function value(series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  if (line === undefined) throw new Error(`there is no ${series}`);
  return Number(line.slice(series.length + 1));
}

describe('the metrics of a server', () => {
  it('count commands by how they ended', () => {
    expect(value('tagline_commands_total{aggregate="imageStream",outcome="accepted"}')).toBe(1);
    expect(value('tagline_commands_total{aggregate="imageStream",outcome="already-exists"}')).toBe(1);
  });

  it('time appends, and say how large they are', () => {
    const appends = value('tagline_append_duration_seconds_count');
    expect(appends).toBeGreaterThanOrEqual(2);
    expect(value('tagline_append_events_count')).toBe(appends);
    expect(value('tagline_append_events_sum')).toBeGreaterThanOrEqual(appends);
  });

  it('say how far the read models are behind, which is not at all', () => {
    expect(value('tagline_projection_lag_positions')).toBe(0);
    expect(value('tagline_projection_lag_seconds')).toBe(0);
    expect(value('tagline_projected_position')).toBeGreaterThan(0);
  });

  it('count requests by verb, resource and code', () => {
    const requests = (labels: string): number => value(`tagline_api_request_duration_seconds_count{${labels}}`);
    expect(requests('verb="create",resource="imagestreams",code="201"')).toBe(1);
    expect(requests('verb="list",resource="imagestreams",code="403"')).toBe(1);
  });

  it('say how much room the data takes, and how much there is', () => {
    for (const name of ['event_log_file', 'read_model_file', 'data_disk_free', 'data_disk_size']) {
      expect(value(`tagline_${name}_bytes`)).toBeGreaterThan(0);
    }
  });

  it('tell of watches, of the event loop, and that the server takes requests', () => {
    expect(value('tagline_ready')).toBe(1);
    expect(value('tagline_watches')).toBe(0);
    expect(value('tagline_watch_queue_batches')).toBe(0);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });
});
