import { array, as, map, object, objectMeta, quantity, string, typeMeta } from '#lib/kube-api';

const component = (name: string): string => `io.k8s.api.core.v1.${name}`;

const amounts = (description: string) => map(description, quantity('Amount of the resource, such as "20" or "10Gi".'));

const limitRangeItem = object(component('LimitRangeItem'), 'Limits of one kind of thing.', {
  type: string(
    'What is limited: "openshift.io/ImageStream" or "openshift.io/Image". Other kinds, such as "Container", can be ' +
      'written and are kept, but nothing here is of their kind.',
    { required: true },
  ),
  max: amounts(
    'The most that there may be. Of an image stream: "openshift.io/images" in its histories and "openshift.io/image-tags" ' +
      'in its spec, each counted once. Of an image that is pushed: "storage", the bytes that it takes.',
  ),
  min: amounts('The least that there may be. Not looked at for image streams and images.'),
  default: amounts('The limit of a container that states none.'),
  defaultRequest: amounts('What a container requests that states nothing.'),
  maxLimitRequestRatio: amounts('How many times what it requests a container may be allowed at most.'),
});

export const limitRangeSchema = object(
  component('LimitRange'),
  'What each of the things in a namespace may grow to. Of several limit ranges of a namespace the tightest holds.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata.'),
    spec: object(component('LimitRangeSpec'), 'The limits.', {
      limits: array('Limits, by the kind of thing that they are about.', limitRangeItem, { required: true }),
    }),
  },
);

const scopeRequirement = object(component('ScopedResourceSelectorRequirement'), 'A condition on a scope.', {
  scopeName: string('Name of the scope.', { required: true }),
  operator: string('"In", "NotIn", "Exists" or "DoesNotExist".', { required: true }),
  values: array('Values that the operator compares with.', string('One value.')),
});

export const resourceQuotaSchema = object(
  component('ResourceQuota'),
  'How much of something a namespace may hold in all. Of several quotas of a namespace each has to be kept.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata.'),
    spec: object(component('ResourceQuotaSpec'), 'What may be there.', {
      hard: amounts(
        'The most of each resource. Counted here are image streams, as "openshift.io/imagestreams" or ' +
          '"count/imagestreams.image.openshift.io". Other names can be written and are kept, but do not bind.',
      ),
      scopes: array(
        'Count only what runs in a certain way. A quota with a scope counts no image streams.',
        string('Name of a scope, such as "BestEffort".'),
      ),
      scopeSelector: object(component('ScopeSelector'), 'Conditions on scopes, beside "scopes".', {
        matchExpressions: array('All of these have to hold.', scopeRequirement),
      }),
    }),
    status: object(component('ResourceQuotaStatus'), 'What is there. Written by the server.', {
      hard: amounts('The most of each resource that is in force.'),
      used: amounts('How much of each resource is there, of those that are counted here.'),
    }),
  },
);
