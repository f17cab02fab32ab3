import { Refusal, type FieldProblem } from '#lib/event-store';

export const imageNotFound = (name: string): Refusal => new Refusal('not-found', name, `image "${name}" not found`);

export const imageExists = (name: string): Refusal =>
  new Refusal('already-exists', name, `image "${name}" already exists`);

export const uidDiffers = (name: string): Refusal => new Refusal('conflict', name, 'the UID precondition was not met');

export const invalidImage = (name: string, problems: readonly FieldProblem[]): Refusal =>
  new Refusal('invalid', name, problems.map(({ field, detail }) => `${field}: ${detail}`).join(', '), problems);
