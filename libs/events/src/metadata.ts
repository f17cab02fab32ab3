/** Who acted. Taken from the authenticated request, never from its body. */
export interface Actor {
  readonly user: string;
  readonly groups: readonly string[];
  /** Who acted as this user, where it was somebody else. */
  readonly impersonator?: string;
}

/** What stands beside every event: who, when, through what, and why. */
export interface EventMetadata {
  /** UUID of the event, stable for ever: consumers recognise a repeated delivery by it. */
  readonly id: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly time: string;
  readonly actor: Actor;
  readonly userAgent?: string;
  /** Address that the request came from. */
  readonly sourceAddress?: string;
  readonly requestId?: string;
  /** W3C trace context of the request. */
  readonly traceparent?: string;
  /** The event id or request id that led here. */
  readonly cause?: string;
  /** The reason that the caller gave (annotation `kubernetes.io/change-cause`). */
  readonly changeCause?: string;
  /** Version of the event's data; older ones are upcast when read. */
  readonly schemaVersion: number;
  /**
   * One command may yield several events. They are appended together, and readers show them together: a resource is
   * seen only as it stands after the last of them.
   */
  readonly part: { readonly index: number; readonly count: number };
  /** Hash of the event before this one in the stream; empty for the first. */
  readonly previousHash: string;
  /** SHA-256 (hex) over the RFC 8785 JSON of the event without this field. */
  readonly hash: string;
}

/** What a request contributes to the metadata of the events that it causes. */
export type EventContext = Pick<
  EventMetadata,
  'actor' | 'userAgent' | 'sourceAddress' | 'requestId' | 'traceparent' | 'cause' | 'changeCause'
>;

/** Whether this is the last event of its command: the moment at which its effects may be shown. */
export const completesCommand = ({ part }: EventMetadata): boolean => part.index === part.count - 1;
