import { normaliseMetadata } from '#lib/image';
import { badRequest } from '#lib/kube-api';
import type { EmbeddedImage } from './types.js';

/**
 * Brings the metadata of a submitted image into its one form: known keys only, those that are always there present, in
 * the version that the image states.
 *
 * @param kind of the object that the request sends: the image itself, or one that holds it.
 * @throws ApiError BadRequest for a version or kind that is not known, or a value of the wrong type.
 */
export function normaliseDockerImageMetadata(
  metadata: unknown,
  version: string | undefined,
  kind: string,
): Pick<EmbeddedImage, 'dockerImageMetadata' | 'dockerImageMetadataVersion'> {
  const normalised = normaliseMetadata(metadata, version);
  if (!normalised.ok) {
    throw badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: ${normalised.problem}`);
  }
  return { dockerImageMetadata: normalised.json, dockerImageMetadataVersion: normalised.version };
}
