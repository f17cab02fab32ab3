import { Refusal, type FieldProblem } from '#lib/event-store';

export const signatureNotFound = (name: string): Refusal =>
  new Refusal('not-found', name, `image signature "${name}" not found`);

export const signatureExists = (name: string): Refusal =>
  new Refusal('already-exists', name, `image signature "${name}" already exists`);

export const invalidSignature = (subject: string, problems: readonly FieldProblem[]): Refusal =>
  new Refusal('invalid', subject, problems.map(({ field, detail }) => `${field}: ${detail}`).join(', '), problems);
