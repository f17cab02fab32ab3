import { BaseRpcContext } from '@nestjs/microservices';
import type { Envelope } from '../contract/envelope.js';

/** What a handler may want to know of its call. */
export class CallContext extends BaseRpcContext<[]> {
  constructor(
    readonly envelope: Envelope,
    /** Common name of the service that calls. */
    readonly caller: string,
    /** Aborted when nobody waits for the answer any longer. */
    readonly signal: AbortSignal,
  ) {
    super([]);
  }
}
