import { array, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import {
  dockerImageLayers,
  dockerImageManifests,
  dockerImageMetadata,
  dockerImageMetadataVersion,
} from './docker-image.js';
import { imageSignatureSchema } from './image-signature.js';
import { kind } from './kind.js';

/** One image, known by the digest of its manifest. */
export const imageSchema: ObjectSchema = kind(
  'Image',
  'A container image that the cluster knows: what its manifest and configuration say, and where it came from. Images ' +
    'are immutable and not namespaced; image streams give them names that people use. They come into being by a push, ' +
    'by an import, or by creating one here. The blobs themselves stay in their registry.',
  {
    dockerImageReference: string(
      'Pull specification by which the image was first found, such as "registry.example.com/team/app@sha256:…". ' +
        'Required when an image is created. A mapping may leave it out where the internal registry is meant.',
    ),
    dockerImageMetadata,
    dockerImageMetadataVersion,
    dockerImageManifest: string(
      'The manifest, as text. Send it when you create an image, and everything else is filled in from it. It is not ' +
        'kept where the registry keeps it (annotation image.openshift.io/manifestBlobStored), and left out where an ' +
        'image is shown as part of a tag.',
    ),
    dockerImageLayers,
    signatures: array('Signatures of the image.', imageSignatureSchema, {
      patch: { strategy: 'merge', mergeKey: 'name' },
    }),
    dockerImageSignatures: array(
      'Signatures that schema 1 manifests carry inside themselves. Newer manifests have none.',
      string('One JSON web signature, in base64.', { format: 'byte' }),
    ),
    dockerImageManifestMediaType: string('Media type of the manifest. Filled in from the manifest where it says so.'),
    dockerImageConfig: string(
      'The configuration blob that the manifest refers to, as text. Needed to fill in dockerImageMetadata for OCI and ' +
        'schema 2 images; kept and shown as dockerImageManifest is.',
    ),
    dockerImageManifests,
  },
  'Standard metadata. The name is by convention the digest of the manifest.',
);
