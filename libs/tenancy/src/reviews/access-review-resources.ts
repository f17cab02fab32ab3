import type { Authorizer } from '#lib/access';
import {
  fieldError,
  invalid,
  type FieldError,
  type KubeObject,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import { review, specFaults, subjectFaults, subjectOf, type AccessReviewSpec } from './access-review.js';
import {
  localSubjectAccessReviewSchema,
  selfSubjectAccessReviewSchema,
  selfSubjectRulesReviewSchema,
  subjectAccessReviewSchema,
} from './access-review-schema.js';
import { answer } from './answer.js';

const GROUP = 'authorization.k8s.io';

/** The reviews of `authorization.k8s.io`: what may I, or somebody else, do. */
export const accessReviewResources = (authorizer: Authorizer): readonly ResourceDefinition[] => [
  {
    ...named('selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
    schema: selfSubjectAccessReviewSchema,
    storage: new SelfSubjectAccessReviewStorage(authorizer),
  },
  {
    ...named('selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
    schema: selfSubjectRulesReviewSchema,
    storage: new SelfSubjectRulesReviewStorage(authorizer),
  },
  {
    ...named('subjectaccessreviews', 'SubjectAccessReview'),
    schema: subjectAccessReviewSchema,
    storage: new SubjectAccessReviewStorage(authorizer),
  },
  {
    ...named('localsubjectaccessreviews', 'LocalSubjectAccessReview'),
    namespaced: true,
    schema: localSubjectAccessReviewSchema,
    storage: new LocalSubjectAccessReviewStorage(authorizer),
  },
];

const named = (resource: string, kind: string) => ({
  group: GROUP,
  version: 'v1',
  resource,
  kind,
  singular: kind.toLowerCase(),
  namespaced: false,
});

interface Question extends KubeObject {
  readonly spec?: AccessReviewSpec;
}

class SelfSubjectAccessReviewStorage implements ResourceStorage {
  constructor(private readonly authorizer: Authorizer) {}

  async create({ user }: RequestContext, _key: Partial<ObjectKey>, sent: KubeObject): Promise<ObjectView> {
    const { spec = {} } = sent as Question;
    assertValid('SelfSubjectAccessReview', specFaults(spec));
    return answered('SelfSubjectAccessReview', spec, await review(this.authorizer, user, spec));
  }
}

class SubjectAccessReviewStorage implements ResourceStorage {
  constructor(private readonly authorizer: Authorizer) {}

  async create(_context: RequestContext, _key: Partial<ObjectKey>, sent: KubeObject): Promise<ObjectView> {
    const { spec = {} } = sent as Question;
    assertValid('SubjectAccessReview', [...specFaults(spec), ...subjectFaults(spec)]);
    return answered('SubjectAccessReview', spec, await review(this.authorizer, subjectOf(spec), spec));
  }
}

class LocalSubjectAccessReviewStorage implements ResourceStorage {
  constructor(private readonly authorizer: Authorizer) {}

  async create(
    _context: RequestContext,
    { namespace = '' }: Partial<ObjectKey>,
    sent: KubeObject,
  ): Promise<ObjectView> {
    const { spec = {} } = sent as Question;
    assertValid('LocalSubjectAccessReview', [
      ...specFaults(spec),
      ...subjectFaults(spec),
      ...localFaults(spec, namespace),
    ]);
    const status = await review(this.authorizer, subjectOf(spec), spec);
    return answered('LocalSubjectAccessReview', spec, status, { namespace });
  }
}

/** A local review is about nothing but its own namespace. */
function localFaults({ resourceAttributes, nonResourceAttributes }: AccessReviewSpec, namespace: string): FieldError[] {
  if (nonResourceAttributes !== undefined) {
    const detail = 'disallowed on this kind of request';
    return [fieldError.invalid('spec.nonResourceAttributes', nonResourceAttributes, detail)];
  }
  const asked = resourceAttributes?.namespace ?? '';
  if (resourceAttributes === undefined || asked === namespace) return [];
  return [fieldError.invalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')];
}

class SelfSubjectRulesReviewStorage implements ResourceStorage {
  constructor(private readonly authorizer: Authorizer) {}

  async create({ user }: RequestContext, _key: Partial<ObjectKey>, sent: KubeObject): Promise<ObjectView> {
    const { spec = {} } = sent as KubeObject & { readonly spec?: { readonly namespace?: string } };
    const { namespace = '' } = spec;
    if (namespace === '')
      assertValid('SelfSubjectRulesReview', [fieldError.required('spec.namespace', 'namespace is required')]);
    const rules = await this.authorizer.rulesFor(user, namespace);
    return answered('SelfSubjectRulesReview', spec, { incomplete: false, ...rules });
  }
}

function assertValid(kind: string, faults: readonly FieldError[]): void {
  if (faults.length > 0) throw invalid(GROUP, kind, '', faults);
}

function answered(
  kind: string,
  spec: object,
  status: object,
  metadata: { readonly namespace?: string } = {},
): ObjectView {
  const given = { kind, apiVersion: `${GROUP}/v1`, metadata, spec, status };
  return answer(given);
}
