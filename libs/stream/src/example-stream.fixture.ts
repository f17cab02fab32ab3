import type {
  ImageStreamCreated,
  ObjectReference,
  TagItem,
  TagPushed,
  TagReference,
  TagSpecified,
  UserMetadata,
} from '#lib/events';
import { given } from '#lib/testing';
import type { CreateStream, DesiredSpec, PushTag, SpecifyTag, UpdateStream } from './commands.js';
import { imageStreamDecider } from './decide.js';
import { NO_SOURCES } from './rules/tag-sources.js';
import { OPEN_POLICY, type StreamPolicy } from './stream-policy.js';

/** What the specifications of the image stream are told with: one stream, `ns/st`, and the moment of all commands. */
export const NOW = new Date('2026-03-04T05:06:07.890Z');
export const NOW_TEXT = '2026-03-04T05:06:07Z';
export const EARLIER = '2026-01-02T03:04:05Z';
export const A = `sha256:${'a'.repeat(64)}`;
export const B = `sha256:${'b'.repeat(64)}`;
export const C = `sha256:${'c'.repeat(64)}`;

/** With a registry in front, as in an OpenShift cluster. */
export const CLUSTER_POLICY: StreamPolicy = { ...OPEN_POLICY, internalRegistryHostname: 'registry:5000' };

/** Refuses one registry, whatever the transport. */
export const refusing = (host: string): StreamPolicy => ({
  ...OPEN_POLICY,
  refuseImport: ({ registry }) => (registry === host ? `registry "${host}" not allowed` : undefined),
});

export const givenStream = (policy: StreamPolicy = OPEN_POLICY) => given(imageStreamDecider(policy));

export const creation = { namespace: 'ns', name: 'st', uid: 'u-1' };

export const metadata = (annotations: Record<string, string> = {}): UserMetadata => ({
  labels: {},
  annotations,
  finalizers: [],
  ownerReferences: [],
});

/** A spec tag as it is written; `from` is a pull spec, or a reference of any kind. */
export const tag = (
  name: string,
  from: string | ObjectReference | undefined,
  change: Partial<TagReference> = {},
): TagReference => ({
  name,
  annotations: null,
  ...(from === undefined ? {} : { from: typeof from === 'string' ? { kind: 'DockerImage', name: from } : from }),
  generation: null,
  importPolicy: { importMode: 'Legacy' },
  referencePolicy: { type: 'Source' },
  ...change,
});

export const tagOf = (name: string, namespace?: string): ObjectReference => ({
  kind: 'ImageStreamTag',
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
export const imageOf = (name: string): ObjectReference => ({ kind: 'ImageStreamImage', name });

export const spec = (...tags: TagReference[]): DesiredSpec => ({
  lookupPolicy: { local: false },
  dockerImageRepository: '',
  tags,
});

export const created = (change: Partial<ImageStreamCreated['data']> = {}): ImageStreamCreated => ({
  type: 'ImageStreamCreated',
  data: {
    ...creation,
    creationTimestamp: EARLIER,
    metadata: metadata(),
    lookupPolicy: { local: false },
    dockerImageRepository: '',
    generation: 1,
    ...change,
  },
});

export const specified = (reference: TagReference, streamGeneration = 1): TagSpecified => ({
  type: 'TagSpecified',
  data: {
    tag: reference.name,
    reference: { ...reference, generation: reference.generation ?? streamGeneration },
    streamGeneration,
  },
});

export const item = (image: string, change: Partial<TagItem> = {}): TagItem => ({
  created: EARLIER,
  dockerImageReference: `quay.io/team/app@${image}`,
  image,
  generation: 1,
  ...change,
});

/** A push that made a new entry. */
export const pushed = (name: string, pushedItem: TagItem): TagPushed => ({
  type: 'TagPushed',
  data: { tag: name, item: pushedItem, move: 'appended' },
});

export const create = (desired: DesiredSpec, meta = metadata()): CreateStream => ({
  type: 'CreateStream',
  creation,
  metadata: meta,
  spec: desired,
  now: NOW,
  sources: NO_SOURCES,
});

export const update = (desired: DesiredSpec, change: Partial<UpdateStream> = {}): UpdateStream => ({
  type: 'UpdateStream',
  name: 'st',
  metadata: metadata(),
  spec: desired,
  now: NOW,
  sources: NO_SOURCES,
  ...change,
});

export const specify = (reference: TagReference, change: Partial<SpecifyTag> = {}): SpecifyTag => ({
  type: 'SpecifyTag',
  creation,
  tag: reference.name,
  reference,
  existing: 'replace',
  now: NOW,
  sources: NO_SOURCES,
  ...change,
});

export const push = (name: string, image: string, change: Partial<PushTag> = {}): PushTag => ({
  type: 'PushTag',
  name: 'st',
  tag: name,
  image,
  dockerImageReference: `quay.io/team/app@${image}`,
  ownRepository: false,
  now: NOW,
  ...change,
});
