import { fieldError, type FieldError, type NameRule } from '#lib/kube-api';
import { rbacName } from '../rbac/rbac-validation.js';

/**
 * As for a role, but without a colon: groups of the server and of identity providers have one, and naming users must not
 * let them into those.
 */
export const groupName: NameRule = (name, prefix) => [
  ...rbacName(name, prefix),
  ...(name.includes(':') ? ['may not contain ":"'] : []),
  ...(name === '~' ? ['may not equal "~"'] : []),
];

/** What is wrong with the users that a group names. */
export const userFaults = (users: readonly string[]): readonly FieldError[] =>
  users.flatMap((user, index) => {
    const field = `users[${index}]`;
    if (user === '') return [fieldError.invalid(field, user, 'may not be empty')];
    if (!user.startsWith('system:') || SERVICE_ACCOUNT.test(user)) return [];
    return [fieldError.invalid(field, user, 'may not begin with "system:" unless it is a service account')];
  });

const SERVICE_ACCOUNT = /^system:serviceaccount:[^:]+:[^:]+$/;
