import type { FieldProblem } from '#lib/event-store';
import type { TagReference, UserMetadata } from '#lib/events';
import type { Creation, DesiredSpec } from '../commands.js';
import type { Draft } from '../draft.js';
import { invalidStream, UnresolvedTagsRefusal } from '../refusals.js';
import { asksForSomethingElse, sameReference } from '../rules/tag-change.js';
import { allowingKnown } from '../rules/known-references.js';
import { resolveTags } from '../rules/tag-resolution.js';
import { SourcesNeeded, type Sources } from '../rules/tag-sources.js';
import {
  isInsecureStream,
  problemsAt,
  validateSourceRepository,
  validateTagReference,
} from '../rules/tag-validation.js';
import { followMovedTags, trackedFirst } from '../rules/tracking.js';
import type { StreamPolicy } from '../stream-policy.js';

export interface SpecChange {
  readonly lookupPolicy?: { readonly local: boolean };
  readonly dockerImageRepository?: string;
  /** Tags to write, by name; `null` withdraws a tag. Tags that are not named stay. */
  readonly tags: ReadonlyMap<string, TagReference | null>;
}

export interface Decision {
  readonly now: Date;
  readonly sources: Sources;
  readonly policy: StreamPolicy;
}

const NO_METADATA: UserMetadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };

/** Brings a stream into being, without tags. */
export function createStream(
  draft: Draft,
  { namespace, name, uid }: Creation,
  now: Date,
  { lookupPolicy = { local: false }, dockerImageRepository = '' }: Omit<SpecChange, 'tags'> = {},
  metadata: UserMetadata = NO_METADATA,
): void {
  const creationTimestamp = `${now.toISOString().slice(0, 19)}Z`;
  draft.emit({
    type: 'ImageStreamCreated',
    data: { namespace, name, uid, creationTimestamp, metadata, lookupPolicy, dockerImageRepository, generation: 1 },
  });
}

/** The change that leads from a stream's spec to the one that is wanted. */
export function changeTo(draft: Draft, { lookupPolicy, dockerImageRepository, tags }: DesiredSpec): SpecChange {
  const wanted = new Map<string, TagReference | null>();
  for (const tag of tags) wanted.set(tag.name, tag);
  for (const [name, { spec }] of draft.current.tags) {
    if (spec !== null && !wanted.has(name)) wanted.set(name, null);
  }
  return { lookupPolicy, dockerImageRepository, tags: wanted };
}

/**
 * Changes a stream's spec: numbers the generations, resolves what changed, and lets tracking tags follow.
 *
 * `metadata.generation` counts changes of the spec. A tag's generation is that of the stream when the tag's wish last
 * changed; a client asks for a new import by sending 0, any other number it sends is ignored.
 *
 * @throws SourcesNeeded when tags name streams that `sources` says nothing about.
 * @throws Refusal when the result would break a rule; nothing may be appended then.
 */
export function writeSpec(draft: Draft, change: SpecChange, decision: Decision, { isNew = false } = {}): void {
  const { header } = draft;
  const policy = isNew ? decision.policy : allowingKnown(decision.policy, draft.current);
  const changes = [...change.tags].map(([tag, sent]) => ({ tag, sent, before: draft.tag(tag).spec }));
  const rewritten = changes.flatMap(({ sent, before }) =>
    sent === null ? [] : [numbered(sent, before, header.namespace)],
  );
  const differs = ({ before, reference }: Numbered): boolean => before === null || !sameReference(before, reference);
  // A wish without a generation gets one with the next write, which need not be about it.
  const written = rewritten.filter((tag) => differs(tag) || tag.reference.generation === null);
  const removed = changes.filter(({ sent, before }) => sent === null && before !== null);
  const local = change.lookupPolicy?.local ?? header.lookupPolicy.local;
  const repository = change.dockerImageRepository ?? header.dockerImageRepository;
  const policyChanged = local !== header.lookupPolicy.local;
  const repositoryChanged = repository !== header.dockerImageRepository;
  const specChanged = rewritten.some(differs) || removed.length > 0 || policyChanged || repositoryChanged;
  const streamGeneration = specChanged && !isNew ? header.generation + 1 : header.generation;

  if (policyChanged) draft.emit({ type: 'LookupPolicyChanged', data: { local, streamGeneration } });
  if (repositoryChanged) {
    const data = { dockerImageRepository: repository, streamGeneration };
    draft.emit({ type: 'SourceRepositoryChanged', data });
  }
  for (const { tag } of removed) draft.emit({ type: 'TagSpecRemoved', data: { tag, streamGeneration } });
  const changed: TagReference[] = [];
  const problems: FieldProblem[] =
    repositoryChanged || isNew ? validateSourceRepository(repository, isInsecureStream(header), policy) : [];
  for (const { reference, asksAnew } of written) {
    const { name: tag } = reference;
    const final = { ...reference, generation: reference.generation || streamGeneration };
    if (asksAnew) changed.push(final);
    const faults = validateTagReference(final, isInsecureStream(draft.header), policy);
    problems.push(...problemsAt(`spec.tags[${tag}]`, faults));
    draft.emit({ type: 'TagSpecified', data: { tag, reference: final, streamGeneration } });
  }
  const resolved = resolveTags(draft, trackedFirst(changed.sort(byName), header), { ...decision, policy });
  if (resolved.unknown.length > 0) throw new SourcesNeeded(resolved.unknown);
  if (resolved.problems.length > 0) throw new UnresolvedTagsRefusal(header.name, resolved.problems, problems);
  problems.push(...resolved.refused);
  if (problems.length > 0) throw invalidStream(header.name, problems);
  followMovedTags(draft);
}

interface Numbered {
  readonly before: TagReference | null;
  readonly reference: TagReference;
  /** The tag has to be resolved or imported. */
  readonly asksAnew: boolean;
}

/** Gives a sent tag its own generation, or none where it will get the stream's. */
function numbered(sent: TagReference, before: TagReference | null, namespace: string): Numbered {
  if (before === null) return { before, reference: { ...sent, generation: null }, asksAnew: true };
  const kept = { ...sent, generation: sent.generation === 0 ? 0 : before.generation };
  const asksAnew = asksForSomethingElse(before, kept, namespace);
  return { before, reference: asksAnew ? { ...kept, generation: null } : kept, asksAnew };
}

const byName = (a: TagReference, b: TagReference): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
