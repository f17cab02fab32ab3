/** Whoever makes a request, as authentication found out. */
export interface RequestUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** Name of whoever acts as this user. */
  readonly impersonator?: string;
}

/** What a storage needs to know of the request that it serves. */
export interface RequestContext {
  readonly user: RequestUser;
  readonly requestId: string;
  readonly userAgent?: string;
  readonly sourceAddress?: string;
  readonly traceparent?: string;
  /** Aborted when the client goes away or the request's time is up. */
  readonly signal: AbortSignal;
  /** Adds a `Warning` header to the answer; shown by kubectl. */
  readonly warn: (text: string) => void;
}
