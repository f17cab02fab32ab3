/** One thing that a service can be asked to do: the pattern on the wire, what goes there, and what comes back. */
export interface Call<Request, Answer> {
  readonly pattern: string;
  /** Whether it does no harm to ask again when nobody knows whether it was done. */
  readonly idempotent: boolean;
  /** Never there: tells the compiler what goes and comes. */
  readonly types?: { readonly request: Request; readonly answer: Answer };
}

/** A {@link Call} of whatever goes and comes. */
export interface AnyCall {
  readonly pattern: string;
  readonly idempotent: boolean;
}

export const call = <Request, Answer>(
  pattern: string,
  { idempotent = false }: { readonly idempotent?: boolean } = {},
): Call<Request, Answer> => ({ pattern, idempotent });

export type RequestOf<C> = C extends Call<infer Request, infer _Answer> ? Request : never;
export type AnswerOf<C> = C extends Call<infer _Request, infer Answer> ? Answer : never;
