import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type ApiClient } from './harness/api-client.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { newDataDir, TaglineServer } from './harness/tagline-server.js';

const ROUNDS = 20;
const WRITERS = 64;
/** Answered writes of a round after which the server is killed: by then all writers are at it. */
const KILL_AFTER = 150;

let dataDir: string;
beforeAll(async () => {
  dataDir = await newDataDir();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('a server that is killed in the middle of 64 writers', () => {
  /** Images by tag, as they were answered, over all rounds. */
  const answered = new Map<string, string>();

  it.each(Array.from({ length: ROUNDS }, (_, i) => i))('has every answered write, once (round %i)', async (round) => {
    const server = await TaglineServer.start({ dataDir });
    const api = server.api({ connections: WRITERS });
    if (round === 0) await prepare(api);
    try {
      const before = answered.size;
      await check(api, answered);
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        writeUntilKilled(api, `r${round}-w${writer}`, (tag, digest) => {
          answered.set(tag, digest);
          if (answered.size === before + KILL_AFTER) void server.kill();
        }),
      );
      await Promise.all(writers);
      expect(answered.size).toBeGreaterThanOrEqual(before + KILL_AFTER);
    } finally {
      api.close();
      await server.kill();
    }
  });

  it('has them all after the last time, too', async () => {
    const server = await TaglineServer.start({ dataDir });
    const api = server.api();
    try {
      await check(api, answered);
    } finally {
      api.close();
      await server.kill();
    }
  });
});

const STREAMS = 8;
const streamOf = (tag: string): string => `app-${Number(/\d+$/.exec(tag)?.[0] ?? 0) % STREAMS}`;

async function prepare(api: ApiClient): Promise<void> {
  await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
  for (let i = 0; i < STREAMS; i++) {
    expect(await api.post(`${GROUP}/namespaces/team/imagestreams`, imageStream(`app-${i}`))).toMatchObject({
      code: 201,
    });
  }
}

/** Pushes tag after tag until the connection fails, which it does when the server is killed. */
async function writeUntilKilled(
  api: ApiClient,
  writer: string,
  onAnswered: (tag: string, digest: string) => void,
): Promise<void> {
  for (let i = 0; ; i++) {
    const tag = `${writer}-${i}`;
    const digest = digestOf(tag);
    let code: number;
    try {
      const path = `${GROUP}/namespaces/team/imagestreammappings`;
      ({ code } = await api.post(path, mapping('team', streamOf(tag), tag, digest)));
    } catch {
      return;
    }
    if (code !== 201) throw new Error(`the push of ${tag} was answered with ${code}`);
    onAnswered(tag, digest);
  }
}

interface ShownStream {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly tags?: readonly { readonly tag: string; readonly items: readonly { image: string }[] }[];
  };
}

/** Compares the status of the streams, and the history, with what was answered. */
async function check(api: ApiClient, answered: ReadonlyMap<string, string>): Promise<void> {
  const { body } = await api.get(`${GROUP}/namespaces/team/imagestreams`);
  const streams = (body.items ?? []) as unknown as readonly ShownStream[];
  const shown = new Map<string, readonly string[]>();
  for (const { metadata, status } of streams) {
    for (const { tag, items } of status.tags ?? []) {
      expect(metadata.name).toBe(streamOf(tag));
      shown.set(
        tag,
        items.map(({ image }) => image),
      );
    }
  }
  const moves = new Map<string, number>();
  const history = await api.get('/apis/history.tagline.dev/v1alpha1/namespaces/team/tagrevisions');
  for (const { tag } of (history.body.items ?? []) as unknown as readonly { tag: string }[]) {
    moves.set(tag, (moves.get(tag) ?? 0) + 1);
  }
  const wrong = [...answered].filter(([tag, digest]) => {
    const images = shown.get(tag) ?? [];
    return images.length !== 1 || images[0] !== digest || moves.get(tag) !== 1;
  });
  expect(wrong).toEqual([]);
  // A write that was not answered may be there, but then as a whole.
  for (const [tag, images] of shown) expect(images).toEqual([digestOf(tag)]);
}
