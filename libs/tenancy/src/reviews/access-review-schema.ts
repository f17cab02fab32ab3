import {
  array,
  as,
  boolean,
  map,
  object,
  objectMeta,
  string,
  typeMeta,
  type Fields,
  type ObjectSchema,
} from '#lib/kube-api';

const component = (name: string): string => `io.k8s.api.authorization.v1.${name}`;

const resourceAttributes = object(component('ResourceAttributes'), 'Somebody wants to do something to a resource.', {
  namespace: string('Namespace of the resource; empty for all namespaces, and for what is in none.'),
  verb: string('What is wanted, such as "get" or "create"; "*" stands for everything.'),
  group: string('API group of the resource; "*" stands for all.'),
  version: string('API version of the resource. Makes no difference.'),
  resource: string('The resource in the plural, such as "imagestreams"; "*" stands for all.'),
  subresource: string('Part of the resource, such as "layers".'),
  name: string('Name of the object; empty for all.'),
});

const nonResourceAttributes = object(
  component('NonResourceAttributes'),
  'Somebody wants to see something of the server that is not a resource.',
  { path: string('Path of the request.'), verb: string('Method of the request in lower case.') },
);

const accessFields: Fields = {
  resourceAttributes: as(resourceAttributes, 'An access to a resource. Give this or nonResourceAttributes.'),
  nonResourceAttributes: as(nonResourceAttributes, 'An access to anything else. Give this or resourceAttributes.'),
};

const selfSpec = object(component('SelfSubjectAccessReviewSpec'), 'The question.', accessFields);

const subjectSpec = object(component('SubjectAccessReviewSpec'), 'The question.', {
  ...accessFields,
  user: string('Name of the user that it is about. Give this, groups or both.'),
  uid: string('Identity of the user where the name may change hands.'),
  groups: array('Groups that the user belongs to.', string('Name of one group.')),
  extra: map('What else authentication found out.', array('Values of one key.', string('One value.'))),
});

const status = object(component('SubjectAccessReviewStatus'), 'The answer.', {
  allowed: boolean('Whether access is granted.', { required: true }),
  denied: boolean('Whether access is refused for good, whatever other rules say.'),
  reason: string('Why, for people.'),
  evaluationError: string('What went wrong while the answer was looked for.'),
});

export const selfSubjectAccessReviewSchema = reviewSchema(
  'SelfSubjectAccessReview',
  'Asks whether the caller may do something.',
  selfSpec,
  status,
);

export const subjectAccessReviewSchema = reviewSchema(
  'SubjectAccessReview',
  'Asks whether somebody may do something.',
  subjectSpec,
  status,
);

export const localSubjectAccessReviewSchema = reviewSchema(
  'LocalSubjectAccessReview',
  'Asks whether somebody may do something in one namespace.',
  subjectSpec,
  status,
);

const resourceRule = object(component('ResourceRule'), 'Resources that are open to somebody. "*" stands for all.', {
  verbs: array('What may be done.', string('One verb.'), { required: true }),
  apiGroups: array('API groups of the resources.', string('One group.')),
  resources: array('The resources; "a/b" is the subresource b of a.', string('One resource.')),
  resourceNames: array('Names of objects. Empty for all.', string('One name.')),
});

const nonResourceRule = object(component('NonResourceRule'), 'Paths that are open to somebody. "*" stands for all.', {
  verbs: array('Methods in lower case.', string('One verb.'), { required: true }),
  nonResourceURLs: array('The paths; "*" at the end stands for whatever follows.', string('One path.')),
});

export const selfSubjectRulesReviewSchema = reviewSchema(
  'SelfSubjectRulesReview',
  'Asks what the caller may do in a namespace. Good for showing it, not for deciding on it.',
  object(component('SelfSubjectRulesReviewSpec'), 'The question.', {
    namespace: string('The namespace that it is about.'),
  }),
  object(component('SubjectRulesReviewStatus'), 'The answer.', {
    resourceRules: array('What may be done to resources.', resourceRule, { required: true }),
    nonResourceRules: array('What may be done to anything else.', nonResourceRule, { required: true }),
    incomplete: boolean('Whether more may be allowed than is listed.', { required: true }),
    evaluationError: string('What went wrong while the answer was looked for.'),
  }),
);

function reviewSchema(kind: string, description: string, spec: ObjectSchema, answer: ObjectSchema): ObjectSchema {
  return object(component(kind), description, {
    ...typeMeta,
    metadata: as(objectMeta, 'Not used, but for the namespace of a local review.'),
    spec: as(spec, 'The question.', { required: true }),
    status: as(answer, 'The answer. Written by the server.'),
  });
}
