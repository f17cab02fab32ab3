import type { Authorizer } from '#lib/access';
import type { Visibility } from '../namespaces/namespace-storage.js';
import { PROJECT_GROUP } from './project-annotations.js';

/** A caller sees the projects that they may get: a role in a project's own namespace is enough. */
export const mayGetProject =
  (authorizer: Authorizer): Visibility =>
  async ({ user }, name) => {
    const project = { group: PROJECT_GROUP, resource: 'projects', namespace: name, name };
    return (await authorizer.authorize({ user, verb: 'get', ...project })).allowed;
  };
