import type { AccessAttributes, Authorizer, Decision, User } from '#lib/access';
import { fieldError, type FieldError } from '#lib/kube-api';

/** An access to a resource, as reviews describe it. */
export interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

export interface NonResourceAttributes {
  readonly path?: string;
  readonly verb?: string;
}

export interface SelfAccessReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

export interface AccessReviewSpec extends SelfAccessReviewSpec {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface AccessReviewStatus {
  readonly allowed: boolean;
  readonly reason?: string;
}

/** Asks the authorizer what a review asks, about `user`. */
export async function review(
  authorizer: Authorizer,
  user: User,
  spec: SelfAccessReviewSpec,
): Promise<AccessReviewStatus> {
  return statusOf(await authorizer.authorize(accessOf(user, spec)));
}

/** The somebody whom a SubjectAccessReview is about. */
export const subjectOf = ({ user = '', uid = '', groups = [], extra = {} }: AccessReviewSpec): User => ({
  name: user,
  uid,
  groups,
  extra,
});

/** What is wrong with the question, with the texts of Kubernetes. */
export function specFaults({ resourceAttributes, nonResourceAttributes }: SelfAccessReviewSpec): FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [fieldError.invalid('spec.nonResourceAttributes', nonResourceAttributes, detail)];
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [fieldError.invalid('spec.resourceAttributes', undefined, detail)];
  }
  return [];
}

/** A review of somebody else also has to say who that is. */
export function subjectFaults({ user = '', groups = [] }: AccessReviewSpec): FieldError[] {
  if (user !== '' || groups.length > 0) return [];
  return [fieldError.invalid('spec.user', user, 'at least one of user or group must be specified')];
}

function accessOf(user: User, { resourceAttributes, nonResourceAttributes }: SelfAccessReviewSpec): AccessAttributes {
  if (resourceAttributes === undefined) {
    return { user, verb: nonResourceAttributes?.verb ?? '', path: nonResourceAttributes?.path ?? '' };
  }
  const { namespace = '', verb = '', group = '', resource = '', subresource = '', name = '' } = resourceAttributes;
  return { user, verb, group, resource, subresource, namespace, name };
}

const statusOf = ({ allowed, reason }: Decision): AccessReviewStatus => ({
  allowed,
  ...(reason === '' ? {} : { reason }),
});
