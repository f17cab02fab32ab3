import type { Envelope } from '#lib/remoting';
import type { PullCheck, PullingUser, StreamCaller } from '../image-streams.js';

/** What goes with a caller to a service: it decides for itself what they may refer to. */
export function envelopeOf({ mayPullFrom, ...context }: StreamCaller): Envelope {
  if (mayPullFrom === undefined) return { context };
  if (mayPullFrom.asks === undefined) throw new Error('a service can only decide for callers that it is told of');
  return { context, user: mayPullFrom.asks };
}

/** Stands for the check of a user where nobody decides, and only hands on whom to decide for. */
export function delegating(user: PullingUser): PullCheck {
  const nobody = (): Promise<never> =>
    Promise.reject(new Error('what a user may refer to is decided by the service that writes streams'));
  return Object.assign(nobody, { asks: user });
}
