import { beforeAll, describe, expect, it } from 'vitest';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { kubectlIsAtLeast } from './harness/tools.js';

const given = givenServer();
const one = digestOf('one');

const manifest = (tags: readonly object[]): object =>
  imageStream('applied', { lookupPolicy: { local: true }, tags }, { labels: { tier: 'web' }, namespace: 'team' });
const tag = (name: string, from: string): object => ({
  name,
  from: { kind: 'ImageStreamTag', name: from },
  annotations: { note: name },
});

const apply = (object: object, ...flags: string[]): Promise<string> =>
  given.kubectl.withInput(object, 'apply', '-f', '-', ...flags);
const version = (name: string): Promise<string> =>
  given.kubectl.run('get', 'is', name, '-o', 'jsonpath={.metadata.resourceVersion}');

beforeAll(async () => {
  await given.kubectl.withInput(imageStream('base'), 'create', '-f', '-');
  await given.kubectl.withInput(mapping('team', 'base', '1', one), 'create', '-f', '-');
});

describe('apply', () => {
  // Older ones patch what they do not know in a way that always changes lists whose items have defaults.
  it.runIf(kubectlIsAtLeast('1.29'))('creates, then finds nothing to do, then changes (kubectl 1.29)', async () => {
    const first = manifest([tag('stable', 'base:1')]);
    expect(await apply(first)).toBe('imagestream.image.openshift.io/applied created\n');
    expect(await apply(first)).toBe('imagestream.image.openshift.io/applied unchanged\n');
    const settled = await version('applied');
    expect(await apply(first)).toBe('imagestream.image.openshift.io/applied unchanged\n');
    expect(await version('applied')).toBe(settled);
    const second = manifest([tag('next', 'base:1'), tag('stable', 'base:1')]);
    expect(await apply(second)).toBe('imagestream.image.openshift.io/applied configured\n');
    expect(await apply(second)).toBe('imagestream.image.openshift.io/applied unchanged\n');
  });

  it('takes away the tag that the file no longer has', async () => {
    await apply(manifest([tag('stable', 'base:1')]));
    expect(await given.kubectl.run('get', 'is', 'applied', '-o', 'jsonpath={.spec.tags[*].name}')).toBe('stable');
  });

  it('writes nothing in a dry run', async () => {
    const before = await version('applied');
    await apply(manifest([]), '--dry-run=server');
    expect(await version('applied')).toBe(before);
  });

  it('refuses a field that does not exist', async () => {
    const file = await given.kubectl.file('typo.json', imageStream('typo', { tag: [] }));
    expect(await given.kubectl.fails('apply', '-f', file)).toMatch(/unknown field "(spec\.)?tag"/);
    expect(await given.kubectl.fails('get', 'is', 'typo')).toContain('not found');
  });
});

describe('diff', () => {
  it('is quiet when nothing differs, and shows what does', async () => {
    const same = await given.kubectl.attempt(['diff', '-f', '-'], manifest([tag('stable', 'base:1')]));
    expect(same).toMatchObject({ code: 0, stdout: '' });
    const other = await given.kubectl.attempt(['diff', '-f', '-'], manifest([tag('stable', 'base:2')]));
    expect(other.code).toBe(1);
    expect(other.stdout).toMatch(/^- +name: base:1$/m);
    expect(other.stdout).toMatch(/^\+ +name: base:2$/m);
  });
});

describe('patch', () => {
  const spec = (): Promise<unknown> => given.kubectl.json('get', 'is', 'patched').then((object) => object['spec']);

  beforeAll(async () => {
    const object = imageStream('patched', { tags: [tag('a', 'base:1'), tag('b', 'base:1')] });
    await given.kubectl.withInput(object, 'create', '-f', '-');
  });

  it('takes a strategic merge patch, which finds tags by name', async () => {
    const patch = { spec: { tags: [{ name: 'b', annotations: { note: 'strategic' } }] } };
    await given.kubectl.run('patch', 'is', 'patched', '--type', 'strategic', '-p', JSON.stringify(patch));
    expect(await spec()).toMatchObject({
      tags: [
        { name: 'a', annotations: { note: 'a' } },
        { name: 'b', annotations: { note: 'strategic' }, from: { name: 'base:1' } },
      ],
    });
  });

  it('takes a merge patch, which replaces lists', async () => {
    await given.kubectl.run(
      ...['patch', 'is', 'patched', '--type', 'merge'],
      ...['-p', JSON.stringify({ spec: { lookupPolicy: { local: true }, tags: [tag('c', 'base:1')] } })],
    );
    expect(await spec()).toMatchObject({ lookupPolicy: { local: true }, tags: [{ name: 'c' }] });
  });

  it('takes a JSON patch, test included', async () => {
    const patch = [
      { op: 'test', path: '/spec/tags/0/name', value: 'c' },
      { op: 'replace', path: '/spec/tags/0/annotations/note', value: 'json' },
    ];
    await given.kubectl.run('patch', 'is', 'patched', '--type', 'json', '-p', JSON.stringify(patch));
    expect(await spec()).toMatchObject({ tags: [{ name: 'c', annotations: { note: 'json' } }] });
  });

  it('patches the tag itself', async () => {
    const patch = { tag: { annotations: { note: 'by tag' } }, metadata: { annotations: { note: 'by tag' } } };
    await given.kubectl.run('patch', 'istag', 'patched:c', '--type', 'merge', '-p', JSON.stringify(patch));
    expect(await spec()).toMatchObject({ tags: [{ name: 'c', annotations: { note: 'by tag' } }] });
  });

  it('says that a patch changed nothing', async () => {
    const patch = JSON.stringify({ spec: { lookupPolicy: { local: true } } });
    expect(await given.kubectl.run('patch', 'is', 'patched', '--type', 'merge', '-p', patch)).toContain('(no change)');
  });
});

describe('label and annotate', () => {
  it('change a stream, refuse to overwrite, and take away', async () => {
    await given.kubectl.run('label', 'is', 'base', 'tier=web');
    expect(await given.kubectl.fails('label', 'is', 'base', 'tier=batch')).toContain('already has a value');
    await given.kubectl.run('label', 'is', 'base', 'tier=batch', '--overwrite');
    await given.kubectl.run('annotate', 'is', 'base', 'note=kept');
    expect(await given.kubectl.json('get', 'is', 'base')).toMatchObject({
      metadata: { generation: 1, labels: { tier: 'batch' }, annotations: { note: 'kept' } },
    });
    await given.kubectl.run('label', 'is', 'base', 'tier-');
    expect((await given.kubectl.json('get', 'is', 'base')).metadata?.labels).toBeUndefined();
  });

  it('annotate an image', async () => {
    await given.kubectl.run('annotate', 'image', one, 'note=scanned');
    expect((await given.kubectl.json('get', 'image', one)).metadata?.annotations).toEqual({ note: 'scanned' });
  });
});

describe.runIf(kubectlIsAtLeast('1.23'))('wait (kubectl 1.23)', () => {
  it('returns once a value is there', async () => {
    const waiting = given.kubectl.run(
      ...['wait', 'is/base', '--for=jsonpath={.metadata.annotations.ready}=yes', '--timeout=30s'],
    );
    await given.kubectl.run('annotate', 'is', 'base', 'ready=yes');
    expect(await waiting).toBe('imagestream.image.openshift.io/base condition met\n');
  });

  it('gives up when it is not', async () => {
    const path = '--for=jsonpath={.metadata.annotations.never}=yes';
    expect(await given.kubectl.fails('wait', 'is/base', path, '--timeout=1s')).toContain('timed out');
  });
});

describe('replace and edit', () => {
  it('replace what is there, and refuse what was changed meanwhile', async () => {
    const stale = await given.kubectl.json('get', 'is', 'base');
    await given.kubectl.run('annotate', 'is', 'base', 'meanwhile=changed');
    const { code, stderr } = await given.kubectl.attempt(['replace', '-f', '-'], stale);
    expect(code).toBe(1);
    expect(stderr).toContain('Conflict');
    const { metadata, ...rest } = stale;
    const { resourceVersion: _, ...unversioned } = metadata ?? {};
    await given.kubectl.withInput({ ...rest, metadata: unversioned }, 'replace', '-f', '-');
    expect((await given.kubectl.json('get', 'is', 'base')).metadata?.annotations).not.toHaveProperty('meanwhile');
  });
});

describe('delete', () => {
  it('waits until the stream is gone', async () => {
    await given.kubectl.withInput(imageStream('short-lived'), 'create', '-f', '-');
    expect(await given.kubectl.run('delete', 'is', 'short-lived', '--wait')).toContain('"short-lived" deleted');
    expect(await given.kubectl.fails('get', 'is', 'short-lived')).toContain('not found');
  });

  it('deletes by selector', async () => {
    for (const name of ['x1', 'x2']) {
      await given.kubectl.withInput(imageStream(name, {}, { labels: { gone: 'yes' } }), 'create', '-f', '-');
    }
    await given.kubectl.run('delete', 'is', '-l', 'gone=yes');
    expect(await given.kubectl.run('get', 'is', '-l', 'gone=yes', '-o', 'name')).toBe('');
  });

  it('deletes a namespace with its streams', async () => {
    await given.kubectl.run('create', 'namespace', 'passing');
    await given.kubectl.withInput(imageStream('inside'), '-n', 'passing', 'create', '-f', '-');
    await given.kubectl.run('delete', 'namespace', 'passing', '--timeout=30s');
    expect(await given.kubectl.run('get', 'is', '-A', '-o', 'name')).not.toContain('inside');
  });
});
