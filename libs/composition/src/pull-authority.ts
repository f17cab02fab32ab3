import type { Authorizer } from '#lib/access';
import type { PullAuthority } from '#lib/stream';

/** Whoever may see the layers of a stream may refer to it. */
export const pullAuthority = (authorizer: Authorizer): PullAuthority => ({
  mayPullFrom: (user, namespace, stream) =>
    authorizer.authorize({
      ...{ user, verb: 'get', group: 'image.openshift.io', resource: 'imagestreams', subresource: 'layers' },
      ...{ namespace, name: stream },
    }),
});
