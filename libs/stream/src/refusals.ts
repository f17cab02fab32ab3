import { Refusal, type FieldProblem } from '#lib/event-store';

export const streamNotFound = (name: string): Refusal =>
  new Refusal('not-found', name, `image stream "${name}" not found`);

export const streamExists = (name: string): Refusal =>
  new Refusal('already-exists', name, `image stream "${name}" already exists`);

export const tagNotFound = (stream: string, tag: string): Refusal =>
  new Refusal('not-found', `${stream}:${tag}`, `image stream tag "${stream}:${tag}" not found`);

export const tagExists = (stream: string, tag: string): Refusal =>
  new Refusal('already-exists', `${stream}:${tag}`, `image stream tag "${stream}:${tag}" already exists`);

export const uidDiffers = (name: string): Refusal => new Refusal('conflict', name, 'the UID precondition was not met');

export const invalidStream = (name: string, problems: readonly FieldProblem[]): Refusal =>
  new Refusal('invalid', name, problems.map(({ field, detail }) => `${field}: ${detail}`).join(', '), problems);

/**
 * A spec tag's reference to another stream could not be resolved, or may not be. These problems are reported together,
 * apart from the rules that single fields break.
 */
export class UnresolvedTagsRefusal extends Refusal {
  constructor(
    name: string,
    readonly unresolved: readonly FieldProblem[],
    readonly others: readonly FieldProblem[],
  ) {
    const problems = [...unresolved, ...others];
    super('invalid', name, problems.map(({ field, detail }) => `${field}: ${detail}`).join(', '), problems);
  }
}

/** The reference that a tag was to get breaks rules of its own. The problems' fields are those of the reference. */
export class InvalidReferenceRefusal extends Refusal {
  constructor(stream: string, tag: string, problems: readonly FieldProblem[]) {
    const message = problems.map(({ field, detail }) => `${field}: ${detail}`).join(', ');
    super('invalid', `${stream}:${tag}`, message, problems);
  }
}

/**
 * What a stream would hold is more than its namespace allows.
 *
 * The original wraps this into an internal error when it comes up with the spec, and registries look for its text.
 */
export class LimitExceededRefusal extends Refusal {
  constructor(
    stream: string,
    exceeded: readonly string[],
    /** Tags that would have shown an image or a failure for the first time. */
    readonly newTags: readonly string[],
  ) {
    super('invalid', stream, limitText(stream, exceeded));
  }
}

/** The same where a status is written, in which nothing is resolved. */
export const statusLimitExceeded = (stream: string, exceeded: readonly string[]): Refusal =>
  invalidStream(stream, [{ field: 'imageStream', kind: 'forbidden', detail: limitText(stream, exceeded) }]);

/** The namespace has no room for one more stream. */
export const quotaExceeded = (stream: string, why: string): Refusal => new Refusal('forbidden', stream, why);

function limitText(stream: string, exceeded: readonly string[]): string {
  const text = exceeded.length === 1 ? exceeded[0] : `[${exceeded.join(', ')}]`;
  return `ImageStream.image.openshift.io "${stream}" is forbidden: ${text}`;
}

/** The command brings a stream into being, and nobody has counted how many there are. Count and decide again. */
export class RoomNeeded extends Error {
  constructor() {
    super('the streams of the namespace have to be counted first');
    this.name = 'RoomNeeded';
  }
}
