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
