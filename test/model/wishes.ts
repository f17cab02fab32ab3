import fc from 'fast-check';
import type { TagReference, UserMetadata } from '#lib/events';
import { IMAGES, split, STREAMS, TAGS } from './step.js';

export const stream = fc.constantFrom(...STREAMS);
export const tag = fc.constantFrom(...TAGS);
export const image = fc.constantFrom(...IMAGES);
export const metadata: fc.Arbitrary<UserMetadata> = fc
  .record({ team: fc.constantFrom('x', 'y') }, { requiredKeys: [] })
  .map((labels) => ({
    labels: labels,
    annotations: {},
    finalizers: [],
    ownerReferences: [],
  }));

export const from: fc.Arbitrary<TagReference['from'] | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constant({ kind: 'DockerImage', name: 'registry.example.com/one/app:v1' }),
  tag.map((name) => ({ kind: 'ImageStreamTag', name })),
  fc.tuple(stream, tag).map(([id, name]) => {
    const { namespace, name: other } = split(id);
    return { kind: 'ImageStreamTag', namespace, name: `${other}:${name}` };
  }),
  fc.tuple(stream, image).map(([id, digest]) => {
    const { namespace, name: other } = split(id);
    return { kind: 'ImageStreamImage', namespace, name: `${other}@${digest}` };
  }),
);

export const wish: fc.Arbitrary<TagReference> = fc
  .record({ name: tag, from, reference: fc.boolean(), generation: fc.constantFrom(null, 0, 7) })
  .map(({ from: source, ...rest }) => ({
    ...rest,
    ...(source === undefined ? {} : { from: source }),
    annotations: null,
    importPolicy: { importMode: 'Legacy' },
    referencePolicy: { type: 'Source' },
  }));

export const spec = fc.record({
  lookupPolicy: fc.record({ local: fc.boolean() }),
  dockerImageRepository: fc.constantFrom('', 'registry.example.com/one/app'),
  tags: fc.array(wish, { maxLength: 3 }),
});
