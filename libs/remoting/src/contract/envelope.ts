import type { EventContext } from '#lib/events';

/** Somebody on whose behalf a service decides what they may do. */
export interface CallingUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What goes with every call. Believed because of the certificate of whoever calls, and of nobody else. */
export interface Envelope {
  /** Who acts, through what, and why: goes to the metadata of the events. */
  readonly context: EventContext;
  /** Present where the service has to find out what they may do. */
  readonly user?: CallingUser;
}
