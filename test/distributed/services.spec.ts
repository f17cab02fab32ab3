import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type ApiClient } from '../system/harness/api-client.js';
import { digestOf, imageStream, mapping as mappingOf } from '../system/harness/image-objects.js';
import { Installation, SERVICES, type Service } from './harness/installation.js';

const STREAMS = `${GROUP}/namespaces/team/imagestreams`;
const MAPPINGS = `${GROUP}/namespaces/team/imagestreammappings`;

const mapping = (stream: string, tag: string, seed: string): object => mappingOf('team', stream, tag, digestOf(seed));

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.start({ gateways: 2, env: { TAGLINE_SERVICES_DEADLINE: '3s' } });
  const api = installation.gateway.api();
  await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
  for (let stream = 0; stream < 4; stream++) await api.post(STREAMS, imageStream(`app-${stream}`));
  api.close();
});
afterAll(() => installation.dispose());

describe('an installation of several processes', () => {
  it('shows through any gateway what was written through another one', async () => {
    const [one, other] = installation.gateways.map((gateway) => gateway.api()) as [ApiClient, ApiClient];
    for (let n = 0; n < 50; n++) {
      const [write, read] = n % 2 === 0 ? [one, other] : [other, one];
      const pushed = await write.post(MAPPINGS, mapping('app-0', 'shared', `shared-${n}`));
      expect(pushed.code, pushed.text).toBe(201);
      const { body } = await read.get(`${GROUP}/namespaces/team/imagestreamtags/app-0:shared`);
      expect(body['image']).toMatchObject({ metadata: { name: digestOf(`shared-${n}`) } });
    }
    one.close();
    other.close();
  });

  it('shows kubectl what it showed of one process', async () => {
    const kubectl = await installation.gateway.kubectl();
    await kubectl.run('create', 'namespace', 'shown');
    const table = await kubectl.run('get', 'namespace', 'shown');
    expect(table).toContain('Active');
  });

  it('tells of each process how it is', async () => {
    for (const service of SERVICES) {
      const { ready } = installation.service(service);
      expect(await textAt(`${ready['probes']}/readyz`)).toBe('ok');
      expect(await textAt(`${ready['probes']}/metrics`)).toContain('tagline_service_calls_in_flight 0');
    }
  });
});

describe('a service that is killed under load', () => {
  it.each(SERVICES)('loses nothing that was answered, and the rest goes on: %s', async (service) => {
    const api = installation.gateway.api({ connections: 16 });
    const answered = new Map<string, string>();
    const stopped = new AbortController();
    const writers = Array.from({ length: 16 }, (_, writer) =>
      write(api, `${service}-${writer}`, answered, stopped.signal),
    );
    await until(() => answered.size >= 50);
    await installation.service(service).kill();
    const before = answered.size;
    await installation.service(service).startAgain();
    await until(() => answered.size >= before + 50);
    stopped.abort();
    await Promise.all(writers);
    await check(api, answered);
    api.close();
  });

  it('is no reason for a gateway that was killed itself to forget anything', async () => {
    const api = installation.gateway.api();
    const before = (await api.get(STREAMS)).body.items?.length;
    await installation.gateway.process.kill();
    await installation.gateway.process.startAgain();
    expect((await api.get(STREAMS)).body.items).toHaveLength(before ?? 0);
    api.close();
  });
});

describe('a service that does not answer', () => {
  it('has its callers told so within the deadline, and is called again when it does', async () => {
    const api = installation.gateway.api({ connections: 8 });
    const service = installation.service('stream-service');
    service.pause();
    try {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => api.post(MAPPINGS, mapping('app-1', `paused-${n}`, `paused-${n}`))),
      );
      expect(answers.map(({ code }) => code)).toEqual(answers.map(({ code }) => (code === 504 ? 504 : 503)));
      for (const { code, body } of answers) {
        expect(body).toMatchObject({ kind: 'Status', reason: code === 504 ? 'Timeout' : 'ServiceUnavailable' });
      }
      // Reads need nobody but the gateway.
      expect((await api.get(`${STREAMS}/app-1`)).code).toBe(200);
    } finally {
      service.goOn();
    }
    await until(async () => (await api.post(MAPPINGS, mapping('app-1', 'again', 'again'))).code === 201);
    api.close();
  });
});

describe('a process that is asked to stop', () => {
  it.each<Service>(['image-service', 'stream-service', 'signature-service', 'import-service'])(
    'ends well: %s',
    async (service) => {
      const process = installation.service(service);
      expect(await process.stop()).toBe(0);
      await process.startAgain();
    },
  );

  it('finishes what it has begun: no push fails while the stream service restarts', async () => {
    const api = installation.gateway.api({ connections: 8 });
    const answered = new Map<string, string>();
    const stopped = new AbortController();
    const refused: string[] = [];
    const writers = Array.from({ length: 8 }, (_, writer) =>
      write(api, `restart-${writer}`, answered, stopped.signal, (text) => refused.push(text)),
    );
    await until(() => answered.size >= 30);
    const process = installation.service('stream-service');
    expect(await process.stop()).toBe(0);
    await process.startAgain();
    const before = answered.size;
    await until(() => answered.size >= before + 30);
    stopped.abort();
    await Promise.all(writers);
    // What waited too long for the service was not begun; nothing was left open.
    expect(refused.filter((text) => !text.includes('"ServiceUnavailable"'))).toEqual([]);
    await check(api, answered);
    api.close();
  });
});

/** Pushes new images to new tags, and notes what was answered. What was not is tried again. */
async function write(
  api: ApiClient,
  name: string,
  answered: Map<string, string>,
  signal: AbortSignal,
  onRefused: (text: string) => void = () => undefined,
): Promise<void> {
  for (let n = 0; !signal.aborted;) {
    const tag = `${name}-${n}`;
    const { code, text } = await api.post(MAPPINGS, mapping(streamOf(tag), tag, tag));
    if (code === 201) {
      answered.set(tag, digestOf(tag));
      n++;
      continue;
    }
    if (![429, 503, 504].includes(code)) throw new Error(`${tag}: ${code} ${text}`);
    onRefused(text);
  }
}

const streamOf = (tag: string): string => `app-${2 + (Number(/\d+$/.exec(tag)?.[0] ?? 0) % 2)}`;

async function check(api: ApiClient, answered: ReadonlyMap<string, string>): Promise<void> {
  const shown = new Map<string, string | undefined>();
  for (const stream of ['app-2', 'app-3']) {
    const { body } = await api.get(`${STREAMS}/${stream}`);
    const { tags = [] } = body['status'] as { tags?: { tag: string; items: { image: string }[] }[] };
    for (const { tag, items } of tags) shown.set(tag, items[0]?.image);
  }
  expect([...answered].filter(([tag, digest]) => shown.get(tag) !== digest)).toEqual([]);
}

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 10));
}

function textAt(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}
