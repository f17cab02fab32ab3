import { array, as, map, object, objectMeta, string, typeMeta, type ObjectSchema } from '#lib/kube-api';

const component = (name: string): string => `io.k8s.api.rbac.v1.${name}`;

const policyRule = object(component('PolicyRule'), 'Something that may be done. In every list "*" stands for all.', {
  verbs: array('What may be done, such as "get", "list" or "create".', string('One verb.'), { required: true }),
  apiGroups: array('API groups of the resources; "" is the core group.', string('One group.')),
  resources: array(
    'The resources, in the plural. "a/b" is the subresource b of a, "*/b" that of every resource.',
    string('One resource.'),
  ),
  resourceNames: array('Names of the objects that may be touched. Empty for all.', string('One name.')),
  nonResourceURLs: array(
    'Paths that are no resources, in cluster roles; "*" at the end stands for whatever follows.',
    string('One path.'),
  ),
});

const rules = array('What the role lets those do who have it.', policyRule);

const labelSelector = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  'Chooses objects by their labels. All of its conditions must hold; without any, every object is chosen.',
  {
    matchLabels: map('Labels that an object must have.', string('Value of the label.')),
    matchExpressions: array(
      'Further conditions.',
      object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', 'A condition on one label.', {
        key: string('Key of the label.', { required: true }),
        operator: string('"In", "NotIn", "Exists" or "DoesNotExist".', { required: true }),
        values: array('Values that the operator compares with.', string('One value.')),
      }),
    ),
  },
);

const aggregationRule = object(component('AggregationRule'), 'Cluster roles whose rules become those of this one.', {
  clusterRoleSelectors: array('Each takes in the cluster roles whose labels it chooses.', labelSelector),
});

const subject = object(component('Subject'), 'Somebody who is given a role.', {
  kind: string('"User", "Group" or "ServiceAccount".', { required: true }),
  apiGroup: string('"rbac.authorization.k8s.io" for users and groups, empty for service accounts.'),
  name: string('Name of the user, group or service account.', { required: true }),
  namespace: string('Namespace of the service account.'),
});

const roleRef = object(component('RoleRef'), 'A role that is given.', {
  apiGroup: string('"rbac.authorization.k8s.io".', { required: true }),
  kind: string('"Role", for one of the same namespace, or "ClusterRole".', { required: true }),
  name: string('Name of the role.', { required: true }),
});

const subjects = array('Who has the role.', subject);

export const roleSchema: ObjectSchema = object(
  component('Role'),
  'Something that may be done in one namespace, by those to whom a role binding of that namespace gives it.',
  { ...typeMeta, metadata: as(objectMeta, 'Standard metadata.'), rules },
);

export const clusterRoleSchema: ObjectSchema = object(
  component('ClusterRole'),
  'Something that may be done: everywhere by those to whom a cluster role binding gives it, in one namespace by those ' +
    'to whom a role binding does.',
  {
    ...typeMeta,
    metadata: as(
      objectMeta,
      'Standard metadata. The label "rbac.authorization.k8s.io/aggregate-to-view", "-edit" or "-admin" with the value ' +
        '"true" adds the rules to the built-in role of that name.',
    ),
    rules,
    aggregationRule: as(
      aggregationRule,
      'Where the rules come from other cluster roles: which those are. The server then fills in the rules.',
    ),
  },
);

export const roleBindingSchema: ObjectSchema = object(
  component('RoleBinding'),
  'Gives a role, or a cluster role, to somebody in one namespace.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata.'),
    subjects,
    roleRef: as(roleRef, 'The role that is given. Cannot be changed.', { required: true }),
  },
);

export const clusterRoleBindingSchema: ObjectSchema = object(
  component('ClusterRoleBinding'),
  'Gives a cluster role to somebody in all namespaces, and for what is in none.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata.'),
    subjects,
    roleRef: as(roleRef, 'The cluster role that is given. Cannot be changed.', { required: true }),
  },
);
