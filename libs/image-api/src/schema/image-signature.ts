import { array, as, map, string, time } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { kind, part } from './kind.js';

const signatureCondition: ObjectSchema = part('SignatureCondition', 'What somebody who checked the signature found.', {
  type: string(
    'What was checked: "Trusted" (the signature is genuine and its signer is trusted) or "ForImage" (it was made for ' +
      'the image that it is attached to). A signature carries both or neither.',
    { required: true },
  ),
  status: string('Outcome of the check: "True", "False" or "Unknown".', { required: true }),
  lastProbeTime: time('When the check was last made. Of several conditions of one type the latest counts.'),
  lastTransitionTime: time('When the outcome last changed.'),
  reason: string('One word in CamelCase for why the outcome is what it is, for programs.'),
  message: string('The same for people: a sentence with the details.'),
});

const organization = string('Organization that the certificate or key names.');
const commonName = string('Name of the person or service that the certificate or key names.');

const signatureIssuer: ObjectSchema = part('SignatureIssuer', 'Who vouches for the signing key.', {
  organization,
  commonName,
});

const signatureSubject: ObjectSchema = part('SignatureSubject', 'Who made the signature.', {
  organization,
  commonName,
  publicKeyID: string('Identifier of the public key that verifies the signature, such as a GPG key id.', {
    required: true,
  }),
});

/** One signature of one image, also as it is embedded in an Image. */
export const imageSignatureSchema: ObjectSchema = kind(
  'ImageSignature',
  'A signature of an image. It is created and deleted here and read in the signatures of its Image. The server stores ' +
    'a signature as it comes: whether it can be trusted is for verifiers to say, in its conditions.',
  {
    type: string('Format of the content. "AtomicImageV1" is a GPG signature over a simple signing document.', {
      required: true,
    }),
    content: string('The signature itself, in base64.', { format: 'byte', required: true }),
    conditions: array('Findings of those who checked the signature. Empty until somebody has.', signatureCondition, {
      patch: { strategy: 'merge', mergeKey: 'type' },
    }),
    imageIdentity: string(
      'Pull specification that the signer meant, as the signature claims it. To be set only after verification.',
    ),
    signedClaims: map(
      'Further claims that the signature makes. To be set only after verification.',
      string('What is claimed.'),
    ),
    created: time('When the signature was made, as the signature claims it.'),
    issuedBy: as(signatureIssuer, 'Who vouches for the signing key. To be set only after verification.'),
    issuedTo: as(signatureSubject, 'Who made the signature. To be set only after verification.'),
  },
  'Standard metadata. The name is "<image name>@<signature name>". Labels and annotations are not allowed.',
);
