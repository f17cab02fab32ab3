import { beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from './harness/command-line.js';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

const given = givenServer();
const [one, two, three] = [digestOf('one'), digestOf('two'), digestOf('three')];

const push = (stream: string, tag: string, digest: string): Promise<string> =>
  given.kubectl.withInput(mapping('team', stream, tag, digest), 'create', '-f', '-');
const imageOf = (name: string): Promise<string> =>
  given.kubectl.run('get', 'istag', name, '-o', 'jsonpath={.image.metadata.name}');
const pointTo = (name: string, kind: string, source: string, why?: string): Promise<string> =>
  given.kubectl.run(
    ...['patch', 'istag', name, '--type', 'merge', '-p'],
    JSON.stringify({
      ...(why !== undefined && { metadata: { annotations: { 'kubernetes.io/change-cause': why } } }),
      tag: { from: { kind, name: source } },
    }),
  );

interface Revision {
  readonly move: string;
  readonly from?: string;
  readonly to?: string;
  readonly actor: { readonly user: string };
  readonly changeCause?: string;
  readonly time: string;
}

async function revisions(stream: string, tag: string): Promise<readonly Revision[]> {
  const selector = `tagline.dev/stream=${stream},tagline.dev/tag=${tag}`;
  const { items } = await given.kubectl.json('get', 'tagrevisions', '-l', selector);
  return items as unknown as readonly Revision[];
}

beforeAll(async () => {
  await given.kubectl.withInput(imageStream('app'), 'create', '-f', '-');
  for (const digest of [one, two, three]) await push('app', 'edge', digest);
});

describe('a tag', () => {
  it('is made from another tag of the stream, and from one of another stream', async () => {
    await given.kubectl.withInput(
      {
        ...{ kind: 'ImageStreamTag', apiVersion: 'image.openshift.io/v1', metadata: { name: 'app:stable' } },
        tag: { name: 'stable', from: { kind: 'ImageStreamImage', name: `app@${one}` } },
      },
      ...['create', '-f', '-'],
    );
    expect(await imageOf('app:stable')).toBe(one);

    await given.kubectl.run('create', 'namespace', 'elsewhere');
    await given.kubectl.withInput(
      {
        ...{ kind: 'ImageStreamTag', apiVersion: 'image.openshift.io/v1', metadata: { name: 'copy:edge' } },
        tag: { name: 'edge', from: { kind: 'ImageStreamTag', namespace: 'team', name: 'app:edge' } },
      },
      ...['-n', 'elsewhere', 'create', '-f', '-'],
    );
    const copied = ['-n', 'elsewhere', 'get', 'istag', 'copy:edge', '-o', 'jsonpath={.image.metadata.name}'];
    expect(await given.kubectl.run(...copied)).toBe(three);
  });

  it('is rolled forward and back, and its history has every step', async () => {
    await pointTo('app:stable', 'ImageStreamImage', `app@${two}`, 'release 2');
    await pointTo('app:stable', 'ImageStreamImage', `app@${three}`, 'release 3');
    await pointTo('app:stable', 'ImageStreamImage', `app@${one}`, 'release 3 is broken');
    expect(await imageOf('app:stable')).toBe(one);
    const steps = await revisions('app', 'stable');
    expect(steps.map(({ from, to, changeCause }) => [from, to, changeCause])).toEqual([
      [undefined, one, undefined],
      [one, two, 'release 2'],
      [two, three, 'release 3'],
      [three, one, 'release 3 is broken'],
    ]);
    expect(new Set(steps.map(({ actor }) => actor.user))).toEqual(new Set(['system:admin']));
    const table = await given.kubectl.table('get', 'tagrevisions', '-l', 'tagline.dev/tag=stable', '-o', 'wide');
    expect(table.map((row) => row['CHANGE CAUSE'])).toEqual(['', 'release 2', 'release 3', 'release 3 is broken']);
  });

  it('that follows another one moves with it', async () => {
    await given.kubectl.withInput(
      {
        ...{ kind: 'ImageStreamTag', apiVersion: 'image.openshift.io/v1', metadata: { name: 'app:follower' } },
        tag: { name: 'follower', from: { kind: 'ImageStreamTag', name: 'edge' } },
      },
      ...['create', '-f', '-'],
    );
    await push('app', 'edge', one);
    expect(await imageOf('app:follower')).toBe(one);
    expect((await revisions('app', 'follower')).map(({ move }) => move)).toEqual(['Resolved', 'Followed']);
  });

  it('is deleted, and its history stays', async () => {
    await push('app', 'gone', one);
    expect(await given.kubectl.run('delete', 'istag', 'app:gone')).toContain('"app:gone" deleted');
    expect(await given.kubectl.fails('get', 'istag', 'app:gone')).toContain('not found');
    expect((await revisions('app', 'gone')).map(({ move, to }) => [move, to])).toEqual([
      ['Pushed', one],
      ['Deleted', undefined],
    ]);
  });
});

describe('replay', () => {
  it('prints the stream as it was', async () => {
    await given.kubectl.withInput(imageStream('past'), 'create', '-f', '-');
    await push('past', '1', one);
    const at = await given.kubectl.run('get', 'is', 'past', '-o', 'jsonpath={.metadata.resourceVersion}');
    const then = (await given.kubectl.json('get', 'is', 'past'))['status'];
    await push('past', '1', two);
    await given.kubectl.run('delete', 'is', 'past');
    const args = ['--at', at, '--output', 'json', 'team/past'];
    const { code, stdout, stderr } = await runCommandLine('replay', given.server.dataDir, ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { name: 'past', resourceVersion: at }, status: then });
  });
});

describe('verify', () => {
  it('finds the log as it was written', async () => {
    const { code, stdout } = await runCommandLine('verify', given.server.dataDir);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+ events in \d+ streams, 0 broken$/m);
  });
});
