import { EMPTY_DOCKER_IMAGE, readDockerImage, writeDockerImage } from './docker-image.js';
import type { DockerImage, DockerImageVersion } from './docker-image.js';
import { isJsonObject, ownValue, UnreadableFieldError } from './field-table.js';
import type { JsonObject } from './field-table.js';

/** `dockerImageMetadata` brought into its one form, or why it cannot be. */
export type NormalisedMetadata =
  | { readonly ok: true; readonly image: DockerImage; readonly version: DockerImageVersion; readonly json: JsonObject }
  | { readonly ok: false; readonly problem: string };

const GROUP = 'image.openshift.io';

/**
 * Reads the two metadata fields of an Image as a client or the store has them. The metadata may say itself which version
 * it is written in; `dockerImageMetadataVersion` says which version it is kept in, and is what a silent one is read as.
 */
export function normaliseMetadata(metadata: unknown, metadataVersion: string | undefined): NormalisedMetadata {
  const wanted = metadataVersion === undefined || metadataVersion === '' ? '1.0' : metadataVersion;
  const version = knownVersion(wanted);
  if (version === undefined) return unregistered('DockerImage', `${GROUP}/${wanted}`);
  if (metadata === undefined || metadata === null) {
    return { ok: true, image: EMPTY_DOCKER_IMAGE, version, json: writeDockerImage(EMPTY_DOCKER_IMAGE, version) };
  }
  if (!isJsonObject(metadata)) return { ok: false, problem: 'dockerImageMetadata must be an object' };

  const kind = said(metadata, 'kind') ?? 'DockerImage';
  const apiVersion = said(metadata, 'apiVersion') ?? `${GROUP}/${wanted}`;
  const written = writtenVersion(apiVersion);
  if (kind !== 'DockerImage' || written === undefined) return unregistered(kind, apiVersion);
  try {
    const image = readDockerImage(metadata, written);
    return { ok: true, image, version, json: writeDockerImage(image, version) };
  } catch (error) {
    if (error instanceof UnreadableFieldError) return { ok: false, problem: error.message };
    throw error;
  }
}

const knownVersion = (text: string): DockerImageVersion | undefined =>
  text === '1.0' || text === 'pre012' ? text : undefined;

/** Objects that were exported from releases before API groups name the version alone. */
function writtenVersion(apiVersion: string): DockerImageVersion | undefined {
  return knownVersion(apiVersion.startsWith(`${GROUP}/`) ? apiVersion.slice(GROUP.length + 1) : apiVersion);
}

function said(json: JsonObject, key: string): string | undefined {
  const value = ownValue(json, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const unregistered = (kind: string, apiVersion: string): NormalisedMetadata => ({
  ok: false,
  problem: `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
});
