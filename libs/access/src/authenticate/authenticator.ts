import type { User } from '../user.js';

/** What of a request proves who sent it. */
export interface Credentials {
  /** The `Authorization` header, as it was sent. */
  readonly authorization?: string | undefined;
}

/** `undefined`: these credentials are not mine to judge. `rejected`: they are wrong, and the answer is 401. */
export type Authentication = User | 'rejected' | undefined;

/** Tells who sent a request. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Authentication>;
}

/** Injection token of the {@link Authenticator} that requests go through; it always has an answer. */
export const AUTHENTICATOR = Symbol('Authenticator');

/** The token of a bearer header; `undefined` for other headers. */
export function bearerToken({ authorization }: Credentials): string | undefined {
  return /^Bearer +([\w~+/.=-]+) *$/i.exec(authorization ?? '')?.[1];
}
