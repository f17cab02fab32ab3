import type { Authorizer, User } from '#lib/access';
import {
  array,
  boolean,
  forbidden,
  object,
  raw,
  string,
  typeMeta,
  type KubeObject,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { review, type SelfAccessReviewSpec } from './access-review.js';
import { answer } from './answer.js';

const GROUP = 'authorization.openshift.io';

/** The question in OpenShift's own form: everything at the top, and about the caller when nobody is named. */
interface LegacyAccessReview {
  readonly namespace?: string;
  readonly verb?: string;
  readonly resourceAPIGroup?: string;
  readonly resource?: string;
  readonly resourceName?: string;
  readonly path?: string;
  readonly isNonResourceURL?: boolean;
  readonly user?: string;
  readonly groups?: readonly string[] | null;
}

const schema = object(
  'com.github.openshift.api.authorization.v1.SubjectAccessReview',
  'Asks whether the caller, or somebody else, may do something. The older form of the review of authorization.k8s.io.',
  {
    ...typeMeta,
    namespace: string('Namespace of the resource; empty for all namespaces, and for what is in none.'),
    verb: string('What is wanted, such as "get" or "create".'),
    resourceAPIGroup: string('API group of the resource.'),
    resourceAPIVersion: string('API version of the resource. Makes no difference.'),
    resource: string('The resource in the plural; "a/b" is the subresource b of a.'),
    resourceName: string('Name of the object; empty for all.'),
    path: string('Path of the request, where it is not about a resource.'),
    isNonResourceURL: boolean('Whether it is about a path and not about a resource.'),
    content: raw('The object that would be sent. Makes no difference.'),
    user: string('Name of the user that it is about. Empty, together with groups, for the caller.'),
    groups: array('Groups of the user that it is about.', string('Name of one group.')),
    scopes: array('Limits of a token. Not known to this server.', string('One scope.')),
  },
);

class LegacyAccessReviewStorage implements ResourceStorage {
  constructor(private readonly authorizer: Authorizer) {}

  async create({ user: caller }: RequestContext, _key: Partial<ObjectKey>, sent: KubeObject): Promise<ObjectView> {
    const question = sent as KubeObject & LegacyAccessReview;
    const subject = subjectOf(question) ?? caller;
    if (subject !== caller && subject.name !== caller.name) await this.assertMayAskAboutOthers(caller);
    const { allowed, reason = '' } = await review(this.authorizer, subject, specOf(question));
    return answer({
      kind: 'SubjectAccessReviewResponse',
      apiVersion: `${GROUP}/v1`,
      ...{ namespace: question.namespace ?? '', allowed, reason },
    });
  }

  /** Everybody may ask about themselves; what others may do is only for those who may ask it in the newer form too. */
  private async assertMayAskAboutOthers(user: User): Promise<void> {
    const resource = { group: 'authorization.k8s.io', resource: 'subjectaccessreviews' };
    const { allowed, reason } = await this.authorizer.authorize({ user, verb: 'create', ...resource });
    if (!allowed) throw forbidden({ group: GROUP, resource: 'subjectaccessreviews' }, '', reason);
  }
}

/** `undefined` where the question names nobody. */
function subjectOf({ user, groups }: LegacyAccessReview): User | undefined {
  const named = user ?? '';
  const members = groups ?? [];
  return named === '' && members.length === 0 ? undefined : { name: named, uid: '', groups: members, extra: {} };
}

function specOf(question: LegacyAccessReview): SelfAccessReviewSpec {
  const { namespace = '', verb = '', resourceAPIGroup = '', resource = '', resourceName = '', path = '' } = question;
  if (question.isNonResourceURL === true) return { nonResourceAttributes: { path, verb } };
  return { resourceAttributes: { namespace, verb, group: resourceAPIGroup, resource, name: resourceName } };
}

/** `subjectaccessreviews` of `authorization.openshift.io`, which `oc login` asks when it finds no project. */
export const legacyAccessReviewResource = (authorizer: Authorizer): ResourceDefinition => ({
  group: GROUP,
  version: 'v1',
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  singular: 'subjectaccessreview',
  namespaced: false,
  schema,
  storage: new LegacyAccessReviewStorage(authorizer),
});
