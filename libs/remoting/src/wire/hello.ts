/** The first that a server says, once it knows the client's certificate. */
export interface Hello {
  /** Name of the service. */
  readonly service: string;
  /** Milliseconds of the server's clock: deadlines are told by it, so that clocks need not agree. */
  readonly now: number;
  /** How many calls the server takes at once on this connection. */
  readonly maxInFlight: number;
  /** Longest message that it takes. */
  readonly maxBytes: number;
}
