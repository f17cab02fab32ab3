import type { Authorizer, RbacFollower } from '#lib/access';
import type { Visibility } from '../namespaces/namespace-storage.js';
import { PROJECT_GROUP } from './project-annotations.js';

/**
 * A caller sees the projects that they may get: a role in a project's own namespace is enough. The end of a project is
 * seen by those who saw it before.
 */
export const mayGetProject =
  (authorizer: Authorizer, { former }: Pick<RbacFollower, 'former'>): Visibility =>
  async ({ user }, name, isGone = false) => {
    if (isGone && former.wasVisibleTo(user, name)) return true;
    const project = { group: PROJECT_GROUP, resource: 'projects', namespace: name, name };
    return (await authorizer.authorize({ user, verb: 'get', ...project })).allowed;
  };
