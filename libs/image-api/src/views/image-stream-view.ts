import type { StreamHeader } from '#lib/events';
import type { ObjectView } from '#lib/kube-api';
import type { ImageStreamObject } from '../schema/types.js';
import type { RegistryHostnames } from './registry-hostnames.js';
import { streamMetadata, type StreamSource } from './stream-source.js';

/** `status.dockerImageRepository` of a stream: its place in the registry in front, else where it is imported from. */
export const statusRepository = (header: StreamHeader, { internal }: RegistryHostnames): string =>
  internal === '' ? header.dockerImageRepository : `${internal}/${header.namespace}/${header.name}`;

/** A stream as the ImageStream resource. Put together from the texts of its tags, which are not parsed for it. */
export function imageStreamView(
  source: StreamSource,
  hostnames: RegistryHostnames,
): ObjectView<ImageStreamObject & { metadata: { name: string } }> {
  const { header, version } = source;
  let text: string | undefined;
  const json = (): string => (text ??= print(source, hostnames));
  return {
    name: header.name,
    namespace: header.namespace,
    resourceVersion: `${version}`,
    labels: header.metadata.labels,
    json,
    object: () => JSON.parse(json()) as ImageStreamObject & { metadata: { name: string } },
  };
}

function print(source: StreamSource, hostnames: RegistryHostnames): string {
  const { header } = source;
  const tags = source.tags();
  const specs = tags.filter(({ texts }) => texts.spec !== 'null').map(({ texts }) => texts.spec);
  const statuses = tags.filter(({ texts }) => texts.status !== 'null').map(({ texts }) => texts.status);
  const repository = JSON.stringify(statusRepository(header, hostnames));
  return (
    `{"kind":"ImageStream","apiVersion":"image.openshift.io/v1","metadata":${JSON.stringify(streamMetadata(source))},` +
    `"spec":{"lookupPolicy":{"local":${header.lookupPolicy.local}}` +
    (header.dockerImageRepository === ''
      ? ''
      : `,"dockerImageRepository":${JSON.stringify(header.dockerImageRepository)}`) +
    (specs.length === 0 ? '' : `,"tags":[${specs.join(',')}]`) +
    `},"status":{"dockerImageRepository":${repository}` +
    (hostnames.external === ''
      ? ''
      : `,"publicDockerImageRepository":${JSON.stringify(`${hostnames.external}/${header.namespace}/${header.name}`)}`) +
    (statuses.length === 0 ? '' : `,"tags":[${statuses.join(',')}]`) +
    '}}'
  );
}
