import { describe, expect, it } from 'vitest';
import { ACCOUNT } from './harness/docker-registry.js';
import { eventually } from './harness/eventually.js';
import { givenRegistry, givenServer } from './harness/given.js';
import { imageStream, imageStreamImport, type ImportOptions } from './harness/image-objects.js';

const given = givenServer();
const open = givenRegistry();
const closed = givenRegistry({ auth: true });

interface Imported {
  readonly status: {
    readonly images?: readonly ImportedImage[];
    readonly repository?: { readonly images?: readonly ImportedImage[] };
    readonly import?: unknown;
  };
}

interface ImportedImage {
  readonly tag?: string;
  readonly status: { readonly status?: string; readonly reason?: string; readonly message?: string };
  readonly image?: { readonly metadata: { readonly name: string } };
  readonly manifests?: readonly unknown[];
}

async function importInto(stream: string, options: ImportOptions): Promise<Imported['status']> {
  const request = imageStreamImport(stream, options);
  const answer = await given.kubectl.withInput(request, 'create', '-f', '-', '-o', 'json');
  return (JSON.parse(answer) as Imported).status;
}

describe('importing from a registry that skopeo pushed to', () => {
  it('makes the stream and its tag, and the image with its layers', async () => {
    const { digest, reference } = await open.registry.push('tools/box', '1.0', { labels: { maintainer: 'tools' } });
    const { images } = await importInto('box', { images: [{ from: reference, to: '1.0' }] });
    expect(images).toMatchObject([
      { tag: '1.0', status: { status: 'Success' }, image: { metadata: { name: digest } } },
    ]);

    expect(await given.kubectl.json('get', 'istag', 'box:1.0')).toMatchObject({
      tag: { from: { kind: 'DockerImage', name: reference } },
      image: { metadata: { name: digest }, dockerImageReference: `${open.registry.host}/tools/box@${digest}` },
    });
    expect(await given.kubectl.json('get', 'image', digest)).toMatchObject({
      dockerImageMetadata: { Architecture: 'amd64', Config: { Labels: { maintainer: 'tools' } } },
      dockerImageLayers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
      dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
    });
  });

  it("takes Docker's format as well", async () => {
    const { digest, reference } = await open.registry.push('tools/docker', '1', { format: 'docker' });
    await importInto('docker', { images: [{ from: reference, to: '1' }] });
    expect(await given.kubectl.json('get', 'image', digest)).toMatchObject({
      dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
  });

  it('takes a whole repository, every tag of it', async () => {
    const tags = ['1.0', '1.1', '2.0', 'edge', 'latest', 'nightly', 'rc'];
    const pushed = new Map<string, string>();
    for (const tag of tags) {
      pushed.set(tag, (await open.registry.push('tools/many', tag, { content: tag })).digest);
    }
    const { repository } = await importInto('many', { repository: `${open.registry.host}/tools/many` });
    expect(repository?.images?.map(({ tag }) => tag).sort()).toEqual(tags);
    const { items = [] } = await given.kubectl.json('get', 'istag');
    const found = items.filter(({ metadata }) => metadata?.name?.startsWith('many:'));
    expect(
      new Map(
        found.map(({ metadata, image }) => [
          metadata?.name?.slice('many:'.length),
          (image as ImportedImage['image'])?.metadata.name,
        ]),
      ),
    ).toEqual(pushed);
    expect(await given.server.logged('"many"')).toBeDefined();
  });

  it('only looks when it is asked to', async () => {
    const { digest, reference } = await open.registry.push('tools/preview', '1', { content: 'preview' });
    const status = await importInto('preview', { images: [{ from: reference, to: '1' }], keep: false });
    expect(status.images).toMatchObject([{ status: { status: 'Success' }, image: { metadata: { name: digest } } }]);
    expect(status.import).toBeUndefined();
    expect(await given.kubectl.fails('get', 'is', 'preview')).toContain('"preview" not found');
    expect(await given.kubectl.fails('get', 'image', digest)).toContain('not found');
  });

  it('takes one platform of an image for several, or all of them', async () => {
    const platforms = ['arm64', 'amd64'];
    const { digest, reference } = await open.registry.push('tools/multi', '1', { platforms });
    await importInto('multi', {
      images: [
        { from: reference, to: 'one' },
        { from: reference, to: 'all', importMode: 'PreserveOriginal' },
      ],
    });
    expect(await given.kubectl.json('get', 'istag', 'multi:one')).toMatchObject({
      image: { dockerImageMetadata: { Architecture: 'amd64' } },
    });
    const { image } = (await given.kubectl.json('get', 'istag', 'multi:all')) as unknown as {
      image: { metadata: { name: string }; dockerImageManifests: { architecture: string; digest: string }[] };
    };
    expect(image.metadata.name).toBe(digest);
    expect(image.dockerImageManifests.map(({ architecture }) => architecture).sort()).toEqual(['amd64', 'arm64']);
    for (const { digest: child } of image.dockerImageManifests) await given.kubectl.run('get', 'image', child);
  });

  it('says why it failed, and leaves the image that was there', async () => {
    const { digest, reference } = await open.registry.push('tools/kept', '1', { content: 'kept' });
    await importInto('kept', { images: [{ from: reference, to: '1' }] });
    const gone = `${open.registry.host}/tools/kept:gone`;
    const { images } = await importInto('kept', { images: [{ from: gone, to: '1' }] });
    expect(images).toMatchObject([{ status: { status: 'Failure', reason: 'NotFound' } }]);
    expect(await given.kubectl.json('get', 'istag', 'kept:1')).toMatchObject({
      image: { metadata: { name: digest } },
      conditions: [{ type: 'ImportSuccess', status: 'False', reason: 'NotFound' }],
    });
  });
});

describe('importing from a registry that wants to know who asks', () => {
  it('fails without credentials, and works with those of a secret of the namespace', async () => {
    const { digest, reference } = await closed.registry.push('private/box', '1', { content: 'private' });
    const request = { images: [{ from: reference, to: '1' }] };
    expect((await importInto('private', request)).images).toMatchObject([{ status: { reason: 'Unauthorized' } }]);

    await given.kubectl.run(
      ...['create', 'secret', 'docker-registry', 'pull', `--docker-server=${closed.registry.host}`],
      ...[`--docker-username=${ACCOUNT.user}`, `--docker-password=${ACCOUNT.password}`],
    );
    expect((await importInto('private', request)).images).toMatchObject([{ image: { metadata: { name: digest } } }]);
    expect(given.server.log.join('\n')).not.toContain(ACCOUNT.password);
  });
});

describe('the background import', () => {
  it('imports a tag of a stream that names a source', async () => {
    const { digest, reference } = await open.registry.push('tools/background', '1', { content: 'background' });
    const tag = { name: '1', from: { kind: 'DockerImage', name: reference }, importPolicy: { insecure: true } };
    await given.kubectl.withInput(imageStream('background', { tags: [tag] }), 'create', '-f', '-');
    const image = await eventually('the tag has an image', async () => {
      const { code, stdout } = await given.kubectl.attempt(['get', 'istag', 'background:1', '-o', 'json']);
      return code === 0 ? (JSON.parse(stdout) as { image: ImportedImage['image'] }).image : undefined;
    });
    expect(image?.metadata.name).toBe(digest);
  });

  it('leaves a condition on a tag whose source is not there', async () => {
    const from = { kind: 'DockerImage', name: `${open.registry.host}/tools/nowhere:1` };
    const tag = { name: '1', from, importPolicy: { insecure: true } };
    await given.kubectl.withInput(imageStream('nowhere', { tags: [tag] }), 'create', '-f', '-');
    const conditions = await eventually('the tag has a condition', async () => {
      const { status } = (await given.kubectl.json('get', 'is', 'nowhere')) as {
        status?: { tags?: { conditions?: unknown[] }[] };
      };
      return status?.tags?.[0]?.conditions;
    });
    expect(conditions).toMatchObject([{ type: 'ImportSuccess', status: 'False', reason: 'NotFound' }]);
  });
});
