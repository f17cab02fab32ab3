/** A rule that one field of a command's object breaks. */
export interface FieldProblem {
  /** Path as the API's users know it, such as `spec.tags[latest].from.name`. */
  readonly field: string;
  readonly kind: 'required' | 'invalid' | 'forbidden' | 'notFound';
  readonly value?: unknown;
  readonly detail: string;
}

export type RefusalCode = 'not-found' | 'already-exists' | 'conflict' | 'invalid' | 'bad-request' | 'forbidden';

/**
 * The domain refuses a command. Codes are closed; what a client sees of them is decided in one place, where the API
 * maps them to a Status.
 */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    /** What is refused: the name of the stream, tag, image or signature. */
    readonly subject: string,
    message: string,
    readonly problems: readonly FieldProblem[] = [],
  ) {
    super(message);
    this.name = 'Refusal';
  }
}
