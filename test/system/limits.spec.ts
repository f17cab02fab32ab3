import { describe, expect, it } from 'vitest';
import { GROUP } from './harness/api-client.js';
import { givenServer } from './harness/given.js';

const given = givenServer();

const limits = {
  ...{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'images' } },
  spec: {
    limits: [
      { type: 'openshift.io/ImageStream', max: { 'openshift.io/images': 50, 'openshift.io/image-tags': 1 } },
      { type: 'openshift.io/Image', max: { storage: '0.5Gi' } },
    ],
  },
};

const stream = (name: string, ...sources: string[]) => ({
  ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream', metadata: { name } },
  spec: {
    tags: sources.map((from, index) => ({
      ...{ name: `t${index}`, reference: true },
      from: { kind: 'DockerImage', name: from },
    })),
  },
});

describe('limits of a namespace', () => {
  it('are applied, described, explained and taken away with kubectl', async () => {
    const { kubectl } = given;
    expect(await kubectl.withInput(limits, 'apply', '-f', '-')).toBe('limitrange/images created\n');
    expect(await kubectl.withInput(limits, 'apply', '--server-side', '--force-conflicts', '-f', '-')).toBe(
      'limitrange/images serverside-applied\n',
    );
    const described = await kubectl.run('describe', 'limits', 'images');
    expect(described).toMatch(/openshift\.io\/ImageStream +openshift\.io\/image-tags +- +1 /);
    expect(described).toMatch(/openshift\.io\/Image +storage +- +512Mi /);
    expect(await kubectl.run('explain', 'limits.spec.limits.max')).toContain('The most that there may be.');

    const refused = await kubectl.attempt(['create', '-f', '-'], stream('web', 'quay.io/a/b', 'quay.io/a/c'));
    expect(refused.stderr).toContain(
      'requested usage of openshift.io/image-tags exceeds the maximum limit per openshift.io/ImageStream (2 > 1)',
    );
    await kubectl.run(
      'patch',
      'limits',
      'images',
      '--type',
      'json',
      '--patch',
      '[{"op":"remove","path":"/spec/limits/0"}]',
    );
    await kubectl.withInput(stream('web', 'quay.io/a/b', 'quay.io/a/c'), 'create', '-f', '-');
    expect(await kubectl.run('delete', 'limits', 'images')).toBe('limitrange "images" deleted\n');
  });
});

describe('a quota of streams', () => {
  it('is created, described and held with kubectl', async () => {
    const { kubectl } = given;
    await kubectl.run('create', 'namespace', 'small');
    const small = (...args: string[]) => [...args, '--namespace', 'small'];
    await kubectl.run(...small('create', 'quota', 'streams', '--hard=openshift.io/imagestreams=1,pods=5'));
    await kubectl.withInput(stream('one'), ...small('create', '-f', '-'));
    expect(await kubectl.run(...small('describe', 'quota', 'streams'))).toMatch(/openshift\.io\/imagestreams +1 +1\n/);
    const [row] = await kubectl.table(...small('get', 'quota'));
    expect(row).toMatchObject({ NAME: 'streams', REQUEST: 'openshift.io/imagestreams: 1/1, pods: 0/5' });
    const refused = await kubectl.attempt(small('create', '-f', '-'), stream('two'));
    expect(refused.stderr).toContain('exceeded quota: streams, requested: openshift.io/imagestreams=1');
  });

  it('lets one of many in that come at once', async () => {
    await given.kubectl.run('create', 'namespace', 'crowd');
    await given.kubectl.run('create', 'quota', 'one', '--hard=openshift.io/imagestreams=1', '--namespace', 'crowd');
    const path = `${GROUP}/namespaces/crowd/imagestreams`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => given.api.post(path, stream(`s${index}`))),
    );
    const codes = answers.map(({ code }) => code).sort();
    expect(codes).toEqual([201, ...Array.from({ length: 19 }, () => 403)]);
  });
});
