import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

const given = givenServer();
const image = digestOf('signed');
/** What gpg made of a statement about `registry.example.com/team/app:1`. */
const FIXTURE = new URL('../../libs/signature/src/content/fixtures/simple-signing.gpg', import.meta.url);

let content: string;
const signature = (name: string): object => ({
  kind: 'ImageSignature',
  apiVersion: 'image.openshift.io/v1',
  metadata: { name: `${image}@${name}` },
  type: 'atomic',
  content,
});

beforeAll(async () => {
  content = (await readFile(FIXTURE)).toString('base64');
  await given.kubectl.withInput(imageStream('app'), 'create', '-f', '-');
  await given.kubectl.withInput(mapping('team', 'app', '1', image), 'create', '-f', '-');
});

describe('an image', () => {
  it('is signed, and tells what the signature claims', async () => {
    await given.kubectl.withInput(signature('release'), 'create', '-f', '-');
    expect(await given.kubectl.json('get', 'image', image)).toMatchObject({
      signatures: [
        {
          metadata: { name: `${image}@release` },
          type: 'atomic',
          imageIdentity: 'registry.example.com/team/app:1',
          created: '2026-03-04T05:06:07Z',
          issuedBy: { commonName: 'signer@example.com' },
          issuedTo: { publicKeyID: '5D96AF36F4BF8A33C981CB86C3476A52844B86FA' },
        },
      ],
    });
  });

  it('is not signed twice with the same content', async () => {
    const { code, stderr } = await given.kubectl.attempt(['create', '-f', '-'], signature('again'));
    expect(code).toBe(1);
    expect(stderr).toContain('already exists');
  });

  it('is signed no longer when the signature is deleted', async () => {
    await given.kubectl.run('delete', 'imagesignature', `${image}@release`, '--wait=false');
    expect((await given.kubectl.json('get', 'image', image))['signatures']).toBeUndefined();
  });
});
