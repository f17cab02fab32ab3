import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { KubeConfig, makeInformer, type KubernetesListObject, type KubernetesObject } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type ApiClient, type Json } from './harness/api-client.js';
import { eventually } from './harness/eventually.js';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

const CHANGES = 1_000;
const CUTS = 10;
const STREAMS = `${GROUP}/namespaces/team/imagestreams`;

const given = givenServer();

const nameOf = ({ metadata }: KubernetesObject): string => metadata?.name ?? '';
const versionOf = ({ metadata }: KubernetesObject): string => metadata?.resourceVersion ?? '';
const imageOf = (object: KubernetesObject): string =>
  (object as { image?: { metadata: { name: string } } }).image?.metadata.name ?? '';

/** Passes connections on to the server, until it cuts all of them off. */
class Line {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(target: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(socket);
        socket.pipe(other);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  static async to(target: URL): Promise<Line> {
    const line = new Line(target);
    await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

describe('an informer of the JavaScript client', () => {
  let line: Line;
  let api: ApiClient;
  beforeAll(async () => {
    line = await Line.to(given.server.url);
    api = given.server.api({ connections: 8 });
  });
  afterAll(() => {
    api.close();
    line.close();
  });

  it.each([
    ['imagestreams', 'streams', versionOf],
    // A tag has the version of its stream, which a watcher of the tag is not told of when another tag moves.
    ['imagestreamtags', 'tags', imageOf],
  ])(
    `knows the same %s as the server after ${CHANGES} changes, whenever it was cut off`,
    async (resource, prefix, contentOf) => {
      const path = `${GROUP}/namespaces/team/${resource}`;
      const config = new KubeConfig();
      config.loadFromFile(given.server.kubeconfig);
      config.clusters = config.clusters.map((cluster) => ({ ...cluster, server: line.url }));
      const list = async (): Promise<KubernetesListObject<KubernetesObject>> => {
        const { body } = await api.get(path);
        return body as unknown as KubernetesListObject<KubernetesObject>;
      };
      const informer = makeInformer(config, path, list);
      let reconnections = 0;
      const restart = (): void => {
        reconnections++;
        setTimeout(() => void informer.start().catch(restart), 10);
      };
      informer.on('error', restart);
      /** As whoever acts on the events sees it: nothing may go back, or change without having been there. */
      const seen = new Map<string, KubernetesObject>();
      const odd: string[] = [];
      informer.on('add', (object) => void seen.set(nameOf(object), object));
      informer.on('update', (object) => {
        const before = seen.get(nameOf(object));
        if (before === undefined) odd.push(`${nameOf(object)} was changed before it was added`);
        else if (Number(versionOf(object)) < Number(versionOf(before))) odd.push(`${nameOf(object)} went back`);
        seen.set(nameOf(object), object);
      });
      informer.on('delete', (object) => void seen.delete(nameOf(object)));
      await informer.start();

      try {
        for (let i = 0; i < CHANGES; i++) {
          await change(i, prefix);
          if (i % (CHANGES / CUTS) === CHANGES / CUTS / 2) line.cut();
        }
        const there = await list();
        const contents = (objects: readonly KubernetesObject[]) =>
          new Map(objects.map((object) => [object.metadata?.name, contentOf(object)]));
        const expected = contents(there.items);
        expect(expected.size).toBeGreaterThan(0);
        await eventually('the informer knows what the server does', async () => {
          return same(contents(informer.list()), expected) && same(contents([...seen.values()]), expected)
            ? true
            : undefined;
        });
        expect(odd).toEqual([]);
        expect(reconnections).toBeGreaterThan(0);
      } finally {
        informer.off('error', restart);
        await informer.stop();
      }
    },
  );

  /** Creates, pushes to and deletes a few streams again and again. */
  async function change(i: number, prefix: string): Promise<void> {
    const name = `${prefix}-${i % 7}`;
    const answer = await step(i, name);
    if (answer.code >= 500) throw new Error(answer.text);
  }

  async function step(i: number, name: string): Promise<{ code: number; text: string; body: Json }> {
    if (i % 5 === 4) return api.delete(`${STREAMS}/${name}`);
    const pushed = await api.post(
      `${GROUP}/namespaces/team/imagestreammappings`,
      mapping('team', name, `v${i % 3}`, digestOf(`${i % 11}`)),
    );
    return pushed.code === 404 ? api.post(STREAMS, imageStream(name)) : pushed;
  }
});

const same = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
