import type { Decider, FieldProblem } from '#lib/event-store';
import type { ImageStreamEvent, TagReference, TagState } from '#lib/events';
import type {
  CreateStream,
  DeleteStream,
  DeleteTag,
  ImageStreamCommand,
  PushTag,
  RemoveTagSpec,
  SpecifyTag,
  UpdateStream,
} from './commands.js';
import { Draft } from './draft.js';
import { evolve, NO_IMAGE_STREAM, tagStateOf, usageOf, type ImageStream } from './image-stream.js';
import { NO_BOUNDS } from './namespace-bounds.js';
import {
  InvalidReferenceRefusal,
  invalidStream,
  LimitExceededRefusal,
  quotaExceeded,
  RoomNeeded,
  statusLimitExceeded,
  streamExists,
  streamNotFound,
  tagExists,
  tagNotFound,
  uidDiffers,
} from './refusals.js';
import { timestamp } from './rules/image-lookup.js';
import { validateNameLengths } from './rules/name-length.js';
import { allowingKnown, historyReferences } from './rules/known-references.js';
import { exceededLimits } from './rules/stream-limits.js';
import { isInsecureStream, tryParse, validateTagReference } from './rules/tag-validation.js';
import { followMovedTags } from './rules/tracking.js';
import type { StreamPolicy } from './stream-policy.js';
import { applyImport, refuseImportedTags } from './writes/import-write.js';
import { changeMetadata } from './writes/metadata-write.js';
import { changeTo, createStream, writeSpec } from './writes/spec-write.js';
import { replaceStatus } from './writes/status-write.js';

/** The image stream as a decider, under what the operator decided for all streams. */
export function imageStreamDecider(policy: StreamPolicy): Decider<ImageStream, ImageStreamCommand, ImageStreamEvent> {
  return {
    initialState: NO_IMAGE_STREAM,
    evolve,
    decide: (command, state) => {
      const draft = new Draft(state);
      // Counted before anything happens, so that what happens is added to it.
      if (command.bounds?.limits !== undefined) usageOf(state);
      decide(draft, command, policy);
      const problems = validateNameLengths(state, draft.events);
      if (problems.length > 0) throw invalidStream(draft.current.header?.name ?? '', problems);
      assertWithinBounds(state, draft, command);
      return draft.events;
    },
  };
}

function decide(draft: Draft, command: ImageStreamCommand, policy: StreamPolicy): void {
  switch (command.type) {
    case 'CreateStream':
      return create(draft, command, policy);
    case 'UpdateStream':
      return update(draft, command, policy);
    case 'SpecifyTag':
      return specifyTag(draft, command, policy);
    case 'RemoveTagSpec':
      return removeTagSpec(draft, command, policy);
    case 'DeleteTag':
      return deleteTag(draft, command);
    case 'PushTag':
      return pushTag(draft, command, policy);
    case 'ApplyImport':
      return applyImport(draft, command, policy);
    case 'RefuseImportedTags':
      assertExists(draft, command.name);
      return refuseImportedTags(draft, command);
    case 'ReplaceStatus':
      assertExists(draft, command.name);
      replaceStatus(draft, command, policy);
      return letGo(draft);
    case 'DeleteStream':
      return deleteStream(draft, command);
  }
}

/** Holds a decision to what the namespace allows. */
function assertWithinBounds(before: ImageStream, draft: Draft, { type, bounds = NO_BOUNDS }: ImageStreamCommand): void {
  const { current } = draft;
  if (current.header === undefined) return;
  const { name } = current.header;
  const { limits, room } = bounds;
  const exceeded = limits === undefined ? [] : exceededLimits(before, draft, limits);
  if (exceeded.length > 0) {
    if (type === 'PushTag' || type === 'ReplaceStatus') throw statusLimitExceeded(name, exceeded);
    throw new LimitExceededRefusal(name, exceeded, newlyShown(before, current));
  }
  if (before.header !== undefined) return;
  if (room.kind === 'unknown') throw new RoomNeeded();
  if (room.kind === 'exceeded') throw quotaExceeded(name, room.why);
}

function newlyShown(before: ImageStream, { tags }: ImageStream): string[] {
  const shows = ({ history, conditions }: TagState): boolean => history.length > 0 || conditions.length > 0;
  return [...tags].flatMap(([tag, state]) => (shows(state) && !shows(tagStateOf(before, tag)) ? [tag] : []));
}

function create(draft: Draft, command: CreateStream, policy: StreamPolicy): void {
  const { creation, metadata, spec, now, sources } = command;
  if (draft.current.header !== undefined) throw streamExists(creation.name);
  createStream(draft, creation, now, spec, metadata);
  writeSpec(draft, changeTo(draft, spec), { now, sources, policy }, { isNew: true });
}

function update(draft: Draft, { name, metadata, spec, now, sources }: UpdateStream, policy: StreamPolicy): void {
  assertExists(draft, name);
  changeMetadata(draft, metadata);
  writeSpec(draft, changeTo(draft, spec), { now, sources, policy });
  letGo(draft);
}

function specifyTag(draft: Draft, command: SpecifyTag, policy: StreamPolicy): void {
  const { creation, tag, reference, existing, now, sources } = command;
  const isNew = draft.current.header === undefined;
  if (reference !== null) assertReference(draft, command, reference, policy);
  if (existing === 'refuse' && draft.tag(tag).spec !== null) throw tagExists(creation.name, tag);
  if (isNew) createStream(draft, creation, now);
  const tags = new Map(reference === null ? [] : [[tag, { ...reference, name: tag }]]);
  writeSpec(draft, { tags }, { now, sources, policy }, { isNew });
}

/** What is said of one tag is held to the rules before the stream is looked at, so that its writer is told of it alone. */
function assertReference(
  draft: Draft,
  { creation, tag }: SpecifyTag,
  reference: TagReference,
  policy: StreamPolicy,
): void {
  const { header } = draft.current;
  const insecure = header !== undefined && isInsecureStream(header);
  const problems = validateTagReference(reference, insecure, allowingKnown(policy, draft.current));
  if (problems.length > 0) throw new InvalidReferenceRefusal(creation.name, tag, problems);
}

function removeTagSpec(draft: Draft, { name, tag, now, sources }: RemoveTagSpec, policy: StreamPolicy): void {
  assertExists(draft, name);
  writeSpec(draft, { tags: new Map([[tag, null]]) }, { now, sources, policy });
}

function deleteTag(draft: Draft, { name, tag }: DeleteTag): void {
  assertExists(draft, name);
  if (!draft.current.tags.has(tag)) throw tagNotFound(name, tag);
  const { spec, history } = draft.tag(tag);
  const { generation } = draft.header;
  const previousImage = history.head?.image;
  draft.emit({
    type: 'TagDeleted',
    data: {
      tag,
      streamGeneration: spec === null ? generation : generation + 1,
      ...(previousImage === undefined ? {} : { previousImage }),
    },
  });
}

function pushTag(draft: Draft, command: PushTag, policy: StreamPolicy): void {
  assertExists(draft, command.name);
  const { generation } = draft.header;
  const dockerImageReference = command.ownRepository
    ? inOwnRepository(draft, command, policy)
    : command.dockerImageReference;
  const item = { created: timestamp(command.now), dockerImageReference, image: command.image, generation };
  assertPullSpec(draft, command.tag, dockerImageReference, policy);
  draft.move(command.tag, item, (step) => ({ type: 'TagPushed', data: step }));
  followMovedTags(draft);
}

/** The pull spec of a pushed image in the repository that this stream stands for, where there is one. */
function inOwnRepository(draft: Draft, { dockerImageReference, image }: PushTag, policy: StreamPolicy): string {
  const { namespace, name, dockerImageRepository } = draft.header;
  const host = policy.internalRegistryHostname;
  const repository = host === '' ? dockerImageRepository : `${host}/${namespace}/${name}`;
  if (repository === '' || typeof tryParse(repository) === 'string') return dockerImageReference;
  return `${repository}@${image}`;
}

/** A reference that the stream has not shown yet must be one that may be imported. */
function assertPullSpec(draft: Draft, tag: string, text: string, policy: StreamPolicy): void {
  const { spec } = draft.tag(tag);
  const refuse = (problem: FieldProblem): void => {
    for (const known of historyReferences(draft.current)) if (known === text) return;
    throw invalidStream(draft.header.name, [problem]);
  };
  const field = `status.tags[${tag}].items[0].dockerImageReference`;
  const parsed = tryParse(text);
  if (typeof parsed === 'string') return refuse({ field, kind: 'invalid', value: text, detail: parsed });
  const insecure = spec?.importPolicy.insecure || isInsecureStream(draft.header);
  const refusal = policy.refuseImport(parsed, insecure ? 'any' : 'secure');
  if (refusal !== undefined) refuse({ field, kind: 'forbidden', detail: refusal });
}

/** A stream with finalizers is only marked: it goes when the last of them is taken away. */
function deleteStream(draft: Draft, { name, uid, now }: DeleteStream): void {
  assertExists(draft, name);
  const { uid: actual, metadata, deletionTimestamp } = draft.header;
  if (uid !== undefined && uid !== actual) throw uidDiffers(name);
  if (metadata.finalizers.length === 0) return remove(draft);
  if (deletionTimestamp !== undefined) return;
  draft.emit({ type: 'ImageStreamDeletionRequested', data: { deletionTimestamp: timestamp(now) } });
}

/** Removes a stream that was to go as soon as nothing holds it. */
function letGo(draft: Draft): void {
  const { metadata, deletionTimestamp } = draft.header;
  if (deletionTimestamp !== undefined && metadata.finalizers.length === 0) remove(draft);
}

function remove(draft: Draft): void {
  const { namespace, name, uid } = draft.header;
  draft.emit({ type: 'ImageStreamDeleted', data: { namespace, name, uid } });
}

function assertExists(draft: Draft, name: string): void {
  if (draft.current.header === undefined) throw streamNotFound(name);
}
