import type { FieldProblem } from '#lib/event-store';
import type { ObjectReference, TagItem, TagReference } from '#lib/events';
import type { Draft } from '../draft.js';
import type { StreamPolicy } from '../stream-policy.js';
import { lookUpSource, timestamp } from './image-lookup.js';
import {
  MALFORMED_SOURCE,
  parseTagSource,
  sourceKey,
  type SourceAnswer,
  type Sources,
  type TagSource,
} from './tag-sources.js';
import { isInsecureStream, tryParse } from './tag-validation.js';

/** What one spec tag leads to. */
type Resolution =
  | { readonly kind: 'item'; readonly item: TagItem }
  /** An import will tell, or the source has no image yet. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly source: TagSource }
  | { readonly kind: 'problem'; readonly problem: FieldProblem };

/** What resolving tags could not do, each list in the order of the tags. */
export interface Resolved {
  /** What kept tags from being resolved. */
  readonly problems: readonly FieldProblem[];
  /** Pull specs of resolved tags that may not be used. */
  readonly refused: readonly FieldProblem[];
  /** What has to be looked up first. */
  readonly unknown: readonly TagSource[];
}

/**
 * Turns the changed spec tags into history: a tag that names another tag or an image shows it at once, one that only
 * refers shows its reference, and one that names a registry waits for the import.
 */
export function resolveTags(
  draft: Draft,
  tags: readonly TagReference[],
  { now, sources, policy }: { now: Date; sources: Sources; policy: StreamPolicy },
): Resolved {
  const refused: FieldProblem[] = [];
  const problems: FieldProblem[] = [];
  const unknown: TagSource[] = [];
  for (const reference of tags) {
    const { from } = reference;
    if (from === undefined) continue;
    const resolution = resolve(draft, reference, from, { now, sources, policy });
    switch (resolution.kind) {
      case 'item':
        refused.push(...refuseReference(draft, reference, resolution.item, policy));
        draft.move(reference.name, resolution.item, (step) => ({ type: 'TagResolved', data: { ...step, from } }));
        break;
      case 'problem':
        problems.push(resolution.problem);
        break;
      case 'unknown':
        unknown.push(resolution.source);
        break;
      case 'nothing':
        break;
    }
  }
  return { problems, refused, unknown };
}

function resolve(
  draft: Draft,
  reference: TagReference,
  from: ObjectReference,
  { now, sources, policy }: { now: Date; sources: Sources; policy: StreamPolicy },
): Resolution {
  const { header } = draft;
  const path = `spec.tags[${reference.name}].from`;
  const { generation } = header;
  const isForeign = Boolean(from.namespace) && from.namespace !== header.namespace;
  if (from.kind === 'DockerImage' && from.name && !isForeign) {
    if (!reference.reference) return { kind: 'nothing' };
    const item = { created: timestamp(now), dockerImageReference: from.name, image: '', generation };
    return { kind: 'item', item };
  }
  const source = parseTagSource(from, header);
  if (source === undefined) {
    const problem: FieldProblem = {
      field: `${path}.name`,
      kind: 'invalid',
      value: from.name ?? '',
      detail: MALFORMED_SOURCE,
    };
    return { kind: 'problem', problem };
  }
  const isOwn = source.namespace === header.namespace && source.stream === header.name;
  const answer = isOwn ? lookUpSource(draft.current, source, now) : sources.get(sourceKey(source));
  if (answer === undefined) return { kind: 'unknown', source };
  return conclude(answer, source, { path, text: from.name ?? '' }, (item) => ({
    ...item,
    generation,
    dockerImageReference: reference.reference
      ? item.dockerImageReference
      : throughOwnRepository(item.dockerImageReference, source, header, policy),
  }));
}

function conclude(
  answer: SourceAnswer,
  source: TagSource,
  { path, text }: { readonly path: string; readonly text: string },
  adopt: (item: TagItem) => TagItem,
): Resolution {
  const name = `${path}.name`;
  const refuse = (problem: FieldProblem): Resolution => ({ kind: 'problem', problem });
  switch (answer.kind) {
    case 'found':
      return { kind: 'item', item: adopt(answer.item) };
    case 'empty':
      return { kind: 'nothing' };
    case 'stream-not-found':
      return refuse({ field: name, kind: 'notFound', value: text, detail: 'image stream not found' });
    case 'forbidden':
      return refuse({ field: path, kind: 'forbidden', detail: answer.reason });
    case 'image-not-found': {
      const detail = `error generating tag event: imagestreamimage.image.openshift.io "${source.id}" not found`;
      return refuse({ field: name, kind: 'invalid', value: text, detail });
    }
    case 'ambiguous': {
      const detail =
        `error generating tag event: Operation cannot be fulfilled on imagestreamimage.image.openshift.io ` +
        `"${source.id}": multiple images match the prefix "${source.id}": ${answer.images.join(', ')}`;
      return refuse({ field: name, kind: 'invalid', value: text, detail });
    }
  }
}

/** An image of another stream may come from a registry that this stream may not use. */
function refuseReference(
  { header }: Draft,
  { name, importPolicy }: TagReference,
  { dockerImageReference: text, image }: TagItem,
  policy: StreamPolicy,
): FieldProblem[] {
  const parsed = tryParse(text);
  // The pull spec of a tag that only refers stands in its wish, where it is looked at already.
  if (image === '' || typeof parsed === 'string') return [];
  const refusal = policy.refuseImport(parsed, importPolicy.insecure || isInsecureStream(header) ? 'any' : 'secure');
  const field = `status.tags[${name}].items[0].dockerImageReference`;
  return refusal === undefined ? [] : [{ field, kind: 'forbidden', detail: refusal }];
}

/** An image that lives in the registry in front is pulled through the stream that now has it. */
function throughOwnRepository(
  text: string,
  source: TagSource,
  own: { readonly namespace: string; readonly name: string },
  { internalRegistryHostname }: StreamPolicy,
): string {
  const parsed = tryParse(text);
  if (typeof parsed === 'string' || internalRegistryHostname === '') return text;
  const { registry, namespace, name } = parsed;
  if (registry !== internalRegistryHostname || namespace !== source.namespace || name !== source.stream) return text;
  return text.replace(`${registry}/${namespace}/${name}`, `${registry}/${own.namespace}/${own.name}`);
}
