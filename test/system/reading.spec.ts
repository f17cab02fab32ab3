import { beforeAll, describe, expect, it } from 'vitest';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';
import { rowsOf } from './harness/kubectl.js';

const given = givenServer();
const AGO: unknown = expect.stringMatching(/ago$/);
const [one, two] = [digestOf('one'), digestOf('two')];
const reference = (stream: string, digest: string): string => `registry.example.com/team/${stream}@${digest}`;

beforeAll(async () => {
  const { kubectl } = given;
  await kubectl.withInput(imageStream('app', {}, { labels: { tier: 'web' } }), 'create', '-f', '-');
  await kubectl.withInput(imageStream('worker', {}, { labels: { tier: 'batch' } }), 'create', '-f', '-');
  for (const digest of [one, two]) await kubectl.withInput(mapping('team', 'app', '1.0', digest), 'create', '-f', '-');
  await kubectl.withInput(mapping('team', 'worker', 'edge', two), 'create', '-f', '-');
});

describe('get', () => {
  it('prints image streams', async () => {
    const [app, worker] = await given.kubectl.table('get', 'is', '-o', 'wide');
    expect(app).toEqual({ NAME: 'app', 'IMAGE REPOSITORY': '', TAGS: '1.0', UPDATED: AGO });
    expect(worker).toMatchObject({ NAME: 'worker', TAGS: 'edge' });
  });

  it('prints image stream tags', async () => {
    expect((await given.kubectl.table('get', 'istag', '-o', 'wide'))[0]).toEqual({
      NAME: 'app:1.0',
      'IMAGE REFERENCE': reference('app', two),
      UPDATED: AGO,
      'IMAGE NAME': two,
    });
  });

  it('prints image tags', async () => {
    expect((await given.kubectl.table('get', 'imagetag', '-o', 'wide'))[0]).toEqual({
      ...{ NAME: 'app:1.0', SPEC: 'Push', STATUS: `image/${two}`, HISTORY: '2' },
      UPDATED: AGO,
    });
  });

  it('prints images', async () => {
    const rows = await given.kubectl.table('get', 'images', '-o', 'wide');
    expect(rows).toContainEqual({ NAME: one, 'IMAGE REFERENCE': reference('app', one) });
    expect(rows).toContainEqual({ NAME: two, 'IMAGE REFERENCE': reference('app', two) });
  });

  it('prints the image of a stream by the beginning of its digest', async () => {
    const name = `app@${one.slice(0, 'sha256:'.length + 8)}`;
    expect(await given.kubectl.table('get', 'isimage', name, '-o', 'wide')).toMatchObject([
      { NAME: name, 'IMAGE REFERENCE': reference('app', one), 'IMAGE NAME': one },
    ]);
  });

  it('prints several resources at once', async () => {
    const text = await given.kubectl.run('get', 'is,istag,imagetag,images', '-o', 'wide');
    const tables = text.split('\n\n').map((table) => rowsOf(table).map(({ NAME }) => NAME?.split('.')[0]));
    expect(tables).toMatchObject([
      ['imagestream', 'imagestream'],
      ['imagestreamtag', 'imagestreamtag'],
      ['imagetag', 'imagetag'],
      ['image', 'image'],
    ]);
  });

  it('prints those of all namespaces, without headings, and by custom columns', async () => {
    const rows = await given.kubectl.table('get', 'is', '--all-namespaces');
    expect(rows[0]).toMatchObject({ NAMESPACE: 'team', NAME: 'app' });
    expect(await given.kubectl.run('get', 'is', '-o', 'name')).toBe(
      'imagestream.image.openshift.io/app\nimagestream.image.openshift.io/worker\n',
    );
    expect(await given.kubectl.run('get', 'is', '--no-headers', '-o', 'custom-columns=N:.metadata.name')).toBe(
      'app\nworker\n',
    );
  });

  it.each([
    ['-l', 'tier=web', ['app']],
    ['-l', 'tier in (web, batch),tier!=batch', ['app']],
    ['-l', '!tier', []],
    ['--field-selector', 'metadata.name=worker', ['worker']],
    ['--field-selector', 'metadata.name!=worker,metadata.namespace=team', ['app']],
    ['--show-labels', '--ignore-not-found', ['app', 'worker']],
  ])('selects: %s %s', async (flag, value, names) => {
    const rows = await given.kubectl.table('get', 'is', flag, value);
    expect(rows.map(({ NAME }) => NAME)).toEqual(names);
  });

  it('selects the tags of streams by the labels of the streams', async () => {
    const rows = await given.kubectl.table('get', 'istag', '-l', 'tier=batch');
    expect(rows.map(({ NAME }) => NAME)).toEqual(['worker:edge']);
  });

  it('pages', async () => {
    for (const resource of ['is', 'istag', 'images', 'tagrevisions']) {
      const whole = await given.kubectl.run('get', resource, '-o', 'name');
      expect(await given.kubectl.run('get', resource, '-o', 'name', '--chunk-size', '1')).toBe(whole);
    }
  });

  it('says what is not there', async () => {
    expect(await given.kubectl.fails('get', 'is', 'missing')).toBe(
      'Error from server (NotFound): imagestreams.image.openshift.io "missing" not found\n',
    );
    expect(await given.kubectl.fails('get', 'istag', 'app:missing')).toBe(
      'Error from server (NotFound): imagestreamtags.image.openshift.io "app:missing" not found\n',
    );
    expect(await given.kubectl.fails('get', 'istag', 'app')).toBe(
      'Error from server (BadRequest): ImageStreamTags must be retrieved with <name>:<tag>\n',
    );
  });

  it('watches image stream tags', async () => {
    const watch = given.kubectl.follow('get', 'istag', '-w', '-o', 'wide');
    await watch.line((line) => line.includes(two), 'the tag as it was');
    const three = digestOf('three');
    await given.kubectl.withInput(mapping('team', 'app', '1.0', three), 'create', '-f', '-');
    expect(await watch.line((line) => line.includes(three), 'the tag as it is')).toMatch(/^app:1\.0 /);
    await watch.stop();
  });
});

describe('describe', () => {
  it('shows a stream with its history', async () => {
    const text = await given.kubectl.run('describe', 'is', 'app');
    expect(text).toMatch(/^Name: +app$/m);
    expect(text).toMatch(/^Labels: +tier=web$/m);
    expect(text).toContain(reference('app', one));
    expect(text).toContain(reference('app', two));
  });

  it.each([['istag'], ['imagetag']])('shows an %s', async (resource) => {
    expect(await given.kubectl.run('describe', resource, 'worker:edge')).toContain(two);
  });

  it('shows an image', async () => {
    expect(await given.kubectl.run('describe', 'image', one)).toContain(reference('app', one));
  });
});

describe('explain', () => {
  it('tells what the tags of a stream are', async () => {
    const text = await given.kubectl.run('explain', 'imagestream.spec.tags');
    expect(text).toMatch(/KIND: +ImageStream/);
    for (const field of ['annotations', 'from', 'generation', 'importPolicy', 'name', 'reference', 'referencePolicy']) {
      expect(text).toMatch(new RegExp(`^ +${field}\\s+<`, 'm'));
    }
  });

  it('knows every resource', async () => {
    for (const resource of ['image', 'imagestreamtag', 'imagetag', 'imagestreamimage', 'tagrevision', 'project']) {
      expect(await given.kubectl.run('explain', resource)).toContain('KIND:');
    }
  });
});

describe('discovery', () => {
  it('offers the resources with their short names', async () => {
    const resources = await given.kubectl.table('api-resources', '--api-group', 'image.openshift.io');
    expect(resources.map(({ NAME, SHORTNAMES }) => [NAME, SHORTNAMES])).toEqual([
      ['images', ''],
      ['imagesignatures', ''],
      ['imagestreamimages', 'isimage'],
      ['imagestreamimports', ''],
      ['imagestreammappings', ''],
      ['imagestreams', 'is'],
      ['imagestreamtags', 'istag'],
      ['imagetags', 'itag'],
    ]);
  });

  it('names the version of Kubernetes that it speaks', async () => {
    expect(await given.kubectl.json('version')).toMatchObject({ serverVersion: { major: '1', minor: '32' } });
  });
});
