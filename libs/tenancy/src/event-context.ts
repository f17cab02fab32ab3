import type { EventContext } from '#lib/events';
import type { RequestContext } from '#lib/kube-api';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** What a request, and the object that it sent, contribute to the events that it causes. */
export function eventContext(
  { user, requestId, userAgent, sourceAddress, traceparent }: RequestContext,
  annotations: Readonly<Record<string, string>> = {},
): EventContext {
  const changeCause = annotations[CHANGE_CAUSE];
  return {
    actor: {
      user: user.name,
      groups: user.groups,
      ...(user.impersonator === undefined ? {} : { impersonator: user.impersonator }),
    },
    requestId,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(changeCause === undefined ? {} : { changeCause }),
  };
}
