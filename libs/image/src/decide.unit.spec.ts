import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ImageContent, ImageEvent, UserMetadata } from '#lib/events';
import { given as specification } from '#lib/testing';
import type { RegisterImage, ReviseImage } from './commands.js';
import { imageDecider } from './decide.js';
import { LAYER_ORDER_ANNOTATION } from './image-content.js';
import { OCI_INDEX, OCI_MANIFEST, SCHEMA_1_SIGNED } from './image-metadata/media-types.js';

const given = specification(imageDecider);
const now = new Date('2026-03-04T05:06:07.890Z');
const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const layer = { digest: digest('layer'), size: 100, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
const otherLayer = { ...layer, digest: digest('other layer'), size: 7 };
const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['sh'] } });
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: { digest: digest(config), size: config.length, mediaType: 'application/vnd.oci.image.config.v1+json' },
  layers: [layer, otherLayer],
});
const name = digest(manifest);
const reference = `registry.example.com/team/app@${name}`;

const metadata = (annotations: Record<string, string> = {}): UserMetadata => ({
  labels: {},
  annotations,
  finalizers: [],
  ownerReferences: [],
});
const ASCENDING = metadata({ [LAYER_ORDER_ANNOTATION]: 'ascending' });

const completed: ImageContent = {
  dockerImageReference: reference,
  dockerImageManifest: manifest,
  dockerImageConfig: config,
  dockerImageManifestMediaType: OCI_MANIFEST,
  dockerImageLayers: [layer, otherLayer].map(({ digest: name, ...rest }) => ({ name, ...rest })),
  dockerImageMetadata: {
    kind: 'DockerImage',
    apiVersion: 'image.openshift.io/1.0',
    Id: digest(config),
    Created: null,
    ContainerConfig: {},
    Config: { Cmd: ['sh'] },
    Architecture: 'amd64',
    Size: 107 + config.length,
  },
};

const imported = (content: ImageContent = completed, meta: UserMetadata = ASCENDING): ImageEvent => ({
  type: 'ImageImported',
  data: { name, uid: 'u-1', creationTimestamp: '2026-03-04T05:06:07Z', origin: 'push', metadata: meta, content },
});

const register = (change: Partial<RegisterImage> = {}): RegisterImage => ({
  type: 'RegisterImage',
  name,
  uid: 'u-1',
  now,
  origin: 'push',
  metadata: metadata(),
  content: { dockerImageReference: reference, dockerImageManifest: manifest, dockerImageConfig: config },
  existing: 'keep',
  ...change,
});

const revise = (content: ImageContent, meta: UserMetadata = ASCENDING): ReviseImage => ({
  type: 'ReviseImage',
  name,
  now,
  metadata: meta,
  content,
});

/** All of an image but some parts. */
function without(content: ImageContent, ...parts: (keyof ImageContent)[]): ImageContent {
  return Object.fromEntries(Object.entries(content).filter(([part]) => !parts.includes(part as keyof ImageContent)));
}

describe('registering an image', () => {
  it('records it completed from its manifest and configuration', () => {
    given().when(register()).then([imported()]);
  });

  it('keeps an image that is known as it is', () => {
    given(imported())
      .when(register({ content: { dockerImageReference: 'registry.example.com/elsewhere/app:1' } }))
      .thenNothing();
  });

  it('refuses a known image where it must be new', () => {
    given(imported())
      .when(register({ existing: 'refuse' }))
      .thenRefused('already-exists', { subject: name });
  });

  it('makes a deleted image known again, under its new uid', () => {
    given(imported(), { type: 'ImageDeleted', data: { name, uid: 'u-1' } })
      .when(register({ uid: 'u-2' }))
      .thenState((image) => expect(image?.uid).toBe('u-2'));
  });

  it('leaves out manifest and configuration that the registry keeps as blobs, after learning from them', () => {
    const stored = metadata({ 'image.openshift.io/manifestBlobStored': 'true' });
    given()
      .when(register({ metadata: stored }))
      .then([
        imported(
          without(completed, 'dockerImageManifest', 'dockerImageConfig'),
          metadata({ ...stored.annotations, ...ASCENDING.annotations }),
        ),
      ]);
  });

  it('takes the entries of an index from its manifest, whatever was sent', () => {
    const entry = {
      digest: digest('amd64'),
      size: 5,
      mediaType: OCI_MANIFEST,
      platform: { architecture: 'amd64', os: 'linux' },
    };
    const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] });
    const sent = { digest: 'bogus', mediaType: '', manifestSize: 0, architecture: '', os: '' };
    given()
      .when(
        register({
          content: { dockerImageReference: reference, dockerImageManifest: index, dockerImageManifests: [sent] },
        }),
      )
      .thenState((image) =>
        expect(image?.content.dockerImageManifests).toEqual([
          { digest: entry.digest, mediaType: OCI_MANIFEST, manifestSize: 5, architecture: 'amd64', os: 'linux' },
        ]),
      );
  });

  it('stores an image with a manifest that cannot be read as it was sent', () => {
    const content = { dockerImageReference: reference, dockerImageManifest: 'not JSON' };
    given()
      .when(register({ content }))
      .then([imported(content, metadata())]);
  });

  it('refuses an image without a usable reference, known or not', () => {
    given()
      .when(register({ content: {} }))
      .thenRefused('invalid', { fields: ['dockerImageReference'] });
    given(imported())
      .when(register({ content: { dockerImageReference: 'Not A Reference' } }))
      .thenRefused('invalid', { fields: ['dockerImageReference'], message: /invalid reference format/ });
  });
});

describe('revising an image', () => {
  it('changes nothing when it comes back as it was read', () => {
    given(imported()).when(revise(completed)).thenNothing();
  });

  it('takes labels and annotations', () => {
    const changed = { ...ASCENDING, labels: { team: 'a' } };
    given(imported())
      .when(revise(completed, changed))
      .then([{ type: 'ImageMetadataChanged', data: { name, ...changed } }]);
  });

  it('takes another reference', () => {
    const content = { ...completed, dockerImageReference: 'registry.example.com/mirror/app:1' };
    given(imported())
      .when(revise(content))
      .then([{ type: 'ImageContentAmended', data: { name, content } }]);
  });

  it('restores what the image says of itself, without a word', () => {
    given(imported())
      .when(
        revise({
          ...completed,
          dockerImageMetadata: { Id: 'forged' },
          dockerImageMetadataVersion: 'pre012',
          dockerImageLayers: [],
        }),
      )
      .thenNothing();
  });

  it('lets manifest and configuration be taken out, and put back by whoever has the right ones', () => {
    const emptied = without(completed, 'dockerImageManifest', 'dockerImageConfig');
    given(imported())
      .when(revise(emptied))
      .then([{ type: 'ImageContentAmended', data: { name, content: emptied } }]);
    given(imported(emptied))
      .when(revise(completed))
      .then([{ type: 'ImageContentAmended', data: { name, content: completed } }]);
  });

  it('restores a manifest or configuration that its digest does not stand for', () => {
    given(imported())
      .when(revise({ ...completed, dockerImageManifest: `${manifest} `, dockerImageConfig: `${config} ` }))
      .thenNothing();
    const emptied = without(completed, 'dockerImageManifest', 'dockerImageConfig');
    given(imported(emptied))
      .when(revise({ ...completed, dockerImageManifest: `${manifest} ` }))
      .thenNothing();
  });

  it('knows a signed schema 1 manifest by what it is without its signatures', () => {
    const payload = JSON.stringify({ schemaVersion: 1, name: 'team/app', fsLayers: [], history: [] }, undefined, 3);
    const formatLength = payload.lastIndexOf('\n');
    const header = { formatLength, formatTail: Buffer.from(payload.slice(formatLength)).toString('base64url') };
    const signature = { protected: Buffer.from(JSON.stringify(header)).toString('base64url') };
    const signed = `${payload.slice(0, formatLength)},\n   "signatures": ${JSON.stringify([signature])}\n}`;
    const content = { dockerImageReference: reference, dockerImageManifestMediaType: SCHEMA_1_SIGNED };
    const image: ImageEvent = {
      type: 'ImageImported',
      data: {
        ...imported().data,
        name: digest(payload),
        content,
        origin: 'push',
        metadata: metadata(),
        uid: 'u-1',
        creationTimestamp: '',
      },
    };
    given(image)
      .when(revise({ ...content, dockerImageManifest: signed }, metadata()))
      .thenState((state) => expect(state?.content.dockerImageManifest).toBe(signed));
    given(image)
      .when(revise({ ...content, dockerImageManifest: signed.replace('team', 'tram') }, metadata()))
      .thenNothing();
  });

  it('keeps schema 1 signatures that are there, and takes them where there are none', () => {
    const signatures = ['c2lnbmF0dXJl'];
    given(imported({ ...completed, dockerImageSignatures: signatures }))
      .when(revise({ ...completed, dockerImageSignatures: ['Zm9yZ2Vk'] }))
      .thenNothing();
    given(imported())
      .when(revise({ ...completed, dockerImageSignatures: signatures }))
      .thenTypes('ImageContentAmended');
  });

  it('keeps the layers in order when the annotation about their order is taken away', () => {
    given(imported()).when(revise(completed, metadata())).thenNothing();
    given(imported())
      .when(revise(completed, metadata({ [LAYER_ORDER_ANNOTATION]: 'descending' })))
      .thenNothing();
  });

  it('refuses to take the reference away', () => {
    given(imported())
      .when(revise(without(completed, 'dockerImageReference')))
      .thenRefused('invalid', { fields: ['dockerImageReference'] });
  });

  it('refuses an image that is not known', () => {
    given().when(revise(completed)).thenRefused('not-found', { subject: name });
  });
});

describe('deleting an image', () => {
  it('records that it is gone', () => {
    given(imported())
      .when({ type: 'DeleteImage', now: new Date(), name })
      .then([{ type: 'ImageDeleted', data: { name, uid: 'u-1' } }])
      .thenState((image) => expect(image).toBeUndefined());
  });

  it('marks an image with finalizers, once, and ends it when the last of them is taken away', () => {
    const held = { ...ASCENDING, finalizers: ['example.com/keep'] };
    const requested: ImageEvent = {
      type: 'ImageDeletionRequested',
      data: { name, deletionTimestamp: '2026-03-04T05:06:07Z' },
    };
    const now = new Date('2026-03-04T05:06:07.890Z');
    const remove = { type: 'DeleteImage', now, name } as const;
    given(imported(completed, held)).when(remove).then([requested]);
    given(imported(completed, held), requested).when(remove).thenNothing();
    const revised = { type: 'ReviseImage', name, now, content: completed } as const;
    given(imported(completed, held), requested)
      .when({ ...revised, metadata: ASCENDING })
      .thenTypes('ImageMetadataChanged', 'ImageDeleted');
    given(imported(completed, held), requested)
      .when({ ...revised, metadata: { ...held, finalizers: ['example.com/keep', 'b'] } })
      .thenRefused('invalid', { fields: ['metadata.finalizers'] });
  });

  it('refuses an image that is not known, or is another than the caller means', () => {
    given().when({ type: 'DeleteImage', now: new Date(), name }).thenRefused('not-found');
    given(imported()).when({ type: 'DeleteImage', now: new Date(), name, uid: 'u-0' }).thenRefused('conflict');
  });
});
