import { describe, expect, it } from 'vitest';
import type { ImageSignaturesEvent, Signature, SignatureClaims, SignatureCondition } from '#lib/events';
import { given as specification } from '#lib/testing';
import type { AddSignature, ReplaceSignatures, SentSignature } from './commands.js';
import { signaturesDecider } from './decide.js';

const given = specification(signaturesDecider);
const image = 'an-image';
const now = new Date('2026-03-04T05:06:07.890Z');
const own: SignatureClaims = { imageIdentity: 'registry.example.com/team/app:1', issuedTo: { publicKeyID: 'ABCD' } };

const sent: SentSignature = { name: `${image}@one`, type: 'AtomicImageV1', content: 'b25l' };
const stored: Signature = { ...sent, uid: 'u-1', creationTimestamp: '2026-03-04T05:06:07Z', ...own };
const other: Signature = { ...stored, name: `${image}@two`, content: 'dHdv', uid: 'u-2' };

const condition = (type: string, status = 'True', lastProbeTime: string | null = null): SignatureCondition => ({
  type,
  status,
  lastProbeTime,
  lastTransitionTime: null,
});
const TRUSTED = [condition('Trusted'), condition('ForImage')];

const add = (signature: SentSignature = sent): AddSignature => ({
  type: 'AddSignature',
  image,
  signature,
  claims: own,
  uid: 'u-1',
  now,
});
const replace = (...desired: SentSignature[]): ReplaceSignatures => ({
  type: 'ReplaceSignatures',
  image,
  desired,
  claims: new Map([
    [sent.content, own],
    [other.content, own],
  ]),
});
const added = (signature: Signature = stored): ImageSignaturesEvent => ({
  type: 'SignatureAdded',
  data: { image, signature },
});

describe('adding a signature', () => {
  it('records it with what its content claims', () => {
    given().when(add()).then([added()]);
  });

  it('drops what the sender claims and judges', () => {
    given()
      .when(add({ ...sent, conditions: TRUSTED, imageIdentity: 'forged', issuedBy: { commonName: 'me' } }))
      .then([added()]);
  });

  it('refuses one that is there already, by its name or by its type and content', () => {
    given(added())
      .when(add({ ...sent, content: 'b3RoZXI=' }))
      .thenRefused('already-exists', { subject: sent.name });
    given(added())
      .when(add({ ...sent, name: `${image}@again` }))
      .thenRefused('already-exists', { subject: `${image}@again` });
    given(added())
      .when(add({ ...sent, name: `${image}@again`, type: 'another' }))
      .thenTypes('SignatureAdded');
  });

  it.each([
    [{ name: 'one' }, 'metadata.name'],
    [{ name: 'a@b@c' }, 'metadata.name'],
    [{ name: '@one' }, 'metadata.name'],
    [{ type: '' }, 'type'],
    [{ content: '' }, 'content'],
    [{ content: 'A'.repeat(2_000_000) }, 'content'],
    [{ labels: { a: 'b' } }, 'metadata.labels'],
    [{ annotations: { a: 'b' } }, 'metadata.annotations'],
  ])('refuses a bad field, %#', (change, field) => {
    given()
      .when(add({ ...sent, ...change }))
      .thenRefused('invalid', { fields: [field] });
  });
});

describe('removing signatures', () => {
  it('removes one by its name', () => {
    given(added(), added(other))
      .when({ type: 'RemoveSignature', image, name: sent.name })
      .then([{ type: 'SignatureRemoved', data: { image, name: sent.name } }])
      .thenState((signatures) => expect(signatures).toEqual([other]));
  });

  it('refuses one that is not there', () => {
    given(added()).when({ type: 'RemoveSignature', image, name: other.name }).thenRefused('not-found', {
      subject: other.name,
    });
  });

  it('discards all, also when there are none', () => {
    given(added(), added(other))
      .when({ type: 'DiscardSignatures', image })
      .thenTypes('SignatureRemoved', 'SignatureRemoved')
      .thenState((signatures) => expect(signatures).toEqual([]));
    given().when({ type: 'DiscardSignatures', image }).thenNothing();
  });
});

describe('recording a verification', () => {
  const claims: SignatureClaims = { ...own, issuedBy: { commonName: 'a signer' } };

  it('puts the judgement and the claims that it stands for on the signature', () => {
    const command = { type: 'RecordVerification', image, name: sent.name, conditions: TRUSTED, claims } as const;
    const signature = { ...stored, conditions: TRUSTED, ...claims };
    given(added())
      .when(command)
      .then([{ type: 'SignatureVerified', data: { image, signature } }]);
    given(added()).when(command, command).thenNothing();
  });

  it('refuses a signature that is not there', () => {
    given()
      .when({ type: 'RecordVerification', image, name: sent.name, conditions: TRUSTED, claims })
      .thenRefused('not-found');
  });

  it.each([
    ['trust without an image', [condition('Trusted')]],
    ['an image without trust', [condition('ForImage')]],
  ])('refuses %s', (_what, conditions) => {
    given(added())
      .when({ type: 'RecordVerification', image, name: sent.name, conditions, claims: {} })
      .thenRefused('invalid', { message: /missing "(ForImage|Trusted)" condition type/ });
  });

  it('refuses claims where the newest judgement is that nothing is known', () => {
    const conditions = [
      condition('Trusted', 'Unknown', '2026-02-01T00:00:00Z'),
      condition('Trusted', 'True', '2026-01-01T00:00:00Z'),
      condition('ForImage'),
    ];
    given(added())
      .when({ type: 'RecordVerification', image, name: sent.name, conditions, claims })
      .thenRefused('invalid', { fields: ['imageIdentity', 'issuedBy', 'issuedTo'] });
  });

  it('leaves conditions of other types alone, wherever they stand', () => {
    const conditions = [condition('Scanned', 'False', '2027-01-01T00:00:00Z'), ...TRUSTED];
    given(added())
      .when({ type: 'RecordVerification', image, name: sent.name, conditions, claims })
      .thenTypes('SignatureVerified');
    given(added())
      .when({ type: 'RecordVerification', image, name: sent.name, conditions: [condition('Scanned')], claims: {} })
      .thenTypes('SignatureVerified');
  });
});

describe('replacing the signatures of an image', () => {
  it('changes nothing when they come back as they were read', () => {
    given(added(), added(other)).when(replace(stored, other)).thenNothing();
    given(added(), added(other)).when(replace(other, stored)).thenNothing();
  });

  it('removes, judges and adds what differs', () => {
    const judged = { ...stored, conditions: TRUSTED, issuedBy: { commonName: 'a signer' } };
    const fresh: Signature = { ...sent, name: `${image}@three`, content: 'dGhyZWU=' };
    given(added(), added(other))
      .when(replace(judged, fresh))
      .then([
        { type: 'SignatureRemoved', data: { image, name: other.name } },
        { type: 'SignatureVerified', data: { image, signature: judged } },
        added(fresh),
      ]);
  });

  it('takes a signature with other content for another signature', () => {
    given(added())
      .when(replace({ ...stored, content: other.content }))
      .thenTypes('SignatureRemoved', 'SignatureAdded');
  });

  it('lets a judgement be withdrawn, and keeps what the content claims', () => {
    const judged = { ...stored, conditions: TRUSTED, issuedBy: { commonName: 'a signer' } };
    given(added(judged))
      .when(replace(stored))
      .then([{ type: 'SignatureVerified', data: { image, signature: stored } }]);
  });

  it('drops the annotation by which old registries marked their signatures', () => {
    given(added())
      .when(replace({ ...stored, annotations: { 'image.openshift.io/managed-signature': 'true' } }))
      .thenNothing();
  });

  it('refuses claims that nobody has judged and the content does not make', () => {
    given(added())
      .when(replace(stored, { ...other, imageIdentity: 'forged' }))
      .thenRefused('invalid', { subject: image, fields: ['signatures[1].imageIdentity'] });
  });

  it('takes the last of two with one name', () => {
    given()
      .when(replace({ ...sent, content: 'b3RoZXI=' }, stored))
      .then([added()]);
  });
});
