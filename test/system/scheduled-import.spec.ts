import { describe, expect, it } from 'vitest';
import { eventually } from './harness/eventually.js';
import { givenRegistry, givenServer } from './harness/given.js';
import { imageStream } from './harness/image-objects.js';

const given = givenServer({ env: { TAGLINE_IMAGES_SCHEDULED_IMPORT_INTERVAL: '1s' } });
const open = givenRegistry();

describe('a scheduled tag', () => {
  it('follows what is pushed to its source, and those who watch it see that', async () => {
    const first = await open.registry.push('tools/nightly', 'latest', { content: 'first' });
    const from = { kind: 'DockerImage', name: first.reference };
    const tag = { name: 'latest', from, importPolicy: { insecure: true, scheduled: true } };
    await given.kubectl.withInput(imageStream('nightly', { tags: [tag] }), 'create', '-f', '-');
    await shows(first.digest);
    const watch = given.kubectl.follow('get', 'istag', '-w', '-o', 'wide');
    await watch.line((line) => line.includes(first.digest), 'the first import');
    const second = await open.registry.push('tools/nightly', 'latest', { content: 'second' });
    expect(await watch.line((line) => line.includes(second.digest), 'the second import')).toMatch(/^nightly:latest /);
    await watch.stop();
    const revisions = await given.kubectl.table('get', 'tagrevisions', '-o', 'wide');
    expect(revisions.map(({ MOVE }) => MOVE)).toEqual(['Imported', 'Imported']);
  });
});

const shows = (digest: string): Promise<string> =>
  eventually(`the tag shows ${digest}`, async () => {
    const { stdout } = await given.kubectl.attempt([
      ...['get', 'istag', 'nightly:latest', '-o', 'jsonpath={.image.metadata.name}'],
    ]);
    return stdout === digest ? stdout : undefined;
  });
