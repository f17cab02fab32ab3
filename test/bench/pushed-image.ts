import { createHash } from 'node:crypto';
import type { Endpoint } from './http-connection.js';
import { collectionPath, requestBytes } from './request.js';

const LAYERS = 12;
/** Fill the metadata up to about 8 KB, as an image with a full history and environment has. */
const HISTORY_LINES = 24;

const digest = (seed: string): string => `sha256:${createHash('sha256').update(seed).digest('hex')}`;

/** Digest of the image with a number: as spread over the key space as real ones are. */
export const imageName = (number: number): string => digest(`image ${number}`);

/** Docker's metadata of an image: labels, environment and a long history of commands. */
function dockerImageMetadata(): object {
  const command = (line: number): string =>
    `/bin/sh -c set -eux; apt-get update && apt-get install -y --no-install-recommends package-${line} ca-certificates ` +
    `&& rm -rf /var/lib/apt/lists/* && install -d -m 0755 /opt/app/part-${line} # ${digest(`step ${line}`).slice(7, 39)}`;
  const config = {
    Env: Array.from({ length: 12 }, (_, i) => `SETTING_${i}=${digest(`setting ${i}`).slice(7, 47)}`),
    Cmd: ['/opt/app/bin/server', '--listen', '0.0.0.0:8080'],
    WorkingDir: '/opt/app',
    Labels: Object.fromEntries(
      Array.from({ length: HISTORY_LINES }, (_, i) => [`com.example.build.step-${i}`, command(i)]),
    ),
  };
  return {
    kind: 'DockerImage',
    apiVersion: '1.0',
    Id: digest('configuration'),
    Created: '2026-01-01T00:00:00Z',
    Architecture: 'amd64',
    Os: 'linux',
    Size: 123_456_789,
    Config: config,
  };
}

/** An image as a registry registers it: 12 layers and 8 KB of metadata, about 10.5 KB in all. */
function image(name: string, reference: string): object {
  return {
    metadata: { name, annotations: { 'openshift.io/image.managed': 'true' } },
    dockerImageReference: reference,
    dockerImageMetadata: dockerImageMetadata(),
    dockerImageMetadataVersion: '1.0',
    dockerImageLayers: Array.from({ length: LAYERS }, (_, i) => ({
      name: digest(`layer ${i}`),
      size: 1_000_000 + i,
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    })),
  };
}

const NAME = `sha256:${'0'.repeat(64)}`;

/** A push as bytes in which only the image's name is still to be filled in, so that making one costs next to nothing. */
export class PushTemplate {
  private readonly bytes: Buffer;
  private readonly places: readonly number[];

  constructor(endpoint: Endpoint, namespace: string, stream: string, tag: string, size: 'full' | 'small' = 'full') {
    const reference = `registry.example.com/${namespace}/${stream}@${NAME}`;
    const body = {
      kind: 'ImageStreamMapping',
      apiVersion: 'image.openshift.io/v1',
      metadata: { name: stream, namespace },
      image: size === 'full' ? image(NAME, reference) : { metadata: { name: NAME }, dockerImageReference: reference },
      tag,
    };
    const path = collectionPath('imagestreammappings', namespace);
    this.bytes = requestBytes(endpoint, { method: 'POST', path, body });
    this.places = placesOf(NAME, this.bytes);
  }

  with(name: string): Buffer {
    const request = Buffer.from(this.bytes);
    for (const place of this.places) request.write(name, place, 'latin1');
    return request;
  }
}

function placesOf(text: string, bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}
