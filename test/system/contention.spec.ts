import { describe, expect, it } from 'vitest';
import { GROUP } from './harness/api-client.js';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

const WRITERS = 64;
const PUSHES = 10;
const given = givenServer();

describe('64 writers on 64 tags of one stream', () => {
  it('are never refused, and none of their writes is lost', async () => {
    const api = given.server.api({ connections: WRITERS });
    await api.post(`${GROUP}/namespaces/team/imagestreams`, imageStream('busy'));
    const codes = await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const seen: number[] = [];
        for (let i = 0; i < PUSHES; i++) {
          const path = `${GROUP}/namespaces/team/imagestreammappings`;
          const body = mapping('team', 'busy', `tag-${writer}`, digestOf(`${writer} ${i}`));
          seen.push((await api.post(path, body)).code);
        }
        return seen;
      }),
    );
    expect(new Set(codes.flat())).toEqual(new Set([201]));
    const { body } = await api.get(`${GROUP}/namespaces/team/imagestreams/busy`);
    const { tags } = body['status'] as { tags: { tag: string; items: { image: string }[] }[] };
    expect(Object.fromEntries(tags.map(({ tag, items }) => [tag, items.map(({ image }) => image)]))).toEqual(
      Object.fromEntries(
        Array.from({ length: WRITERS }, (_, writer) => [
          `tag-${writer}`,
          Array.from({ length: PUSHES }, (_, i) => digestOf(`${writer} ${PUSHES - 1 - i}`)),
        ]),
      ),
    );
    api.close();
  });

  it('are never refused when they write through the tags themselves', async () => {
    const api = given.server.api({ connections: WRITERS });
    const from = { kind: 'ImageStreamTag', name: 'tag-0' };
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, (_, i) =>
        api.put(`${GROUP}/namespaces/team/imagestreamtags/busy:copy-${i}`, {
          ...{ kind: 'ImageStreamTag', apiVersion: 'image.openshift.io/v1', metadata: { name: `busy:copy-${i}` } },
          tag: { name: `copy-${i}`, from },
        }),
      ),
    );
    expect(answers.filter(({ code }) => code !== 201).map(({ text }) => text)).toEqual([]);
    api.close();
  });
});
