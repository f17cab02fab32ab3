/** A parameter in the query of a request, and what it is for. */
export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

export type PathParameterName = 'name' | 'namespace';

/** @param kind of the object that the path leads to. */
export const pathParameterDescription = (name: PathParameterName, kind: string): string =>
  name === 'name' ? `Name of the ${kind}.` : 'Namespace of the object, or to look into.';

export const PRETTY: QueryParameter = {
  name: 'pretty',
  type: 'string',
  description: 'With "true" the answer is indented, for people to read.',
};

const dryRun: QueryParameter = {
  name: 'dryRun',
  type: 'string',
  description: 'With "All" the request is checked and answered as ever, and nothing is stored.',
};

const fieldManager: QueryParameter = {
  name: 'fieldManager',
  type: 'string',
  description: 'Name under which the changes are made: at most 128 printable characters.',
};

const fieldValidation: QueryParameter = {
  name: 'fieldValidation',
  type: 'string',
  description:
    'What to do about fields that do not exist or come twice: "Ignore" drops them, "Warn" drops them and says so in a ' +
    'warning, "Strict" refuses the request.',
};

const force: QueryParameter = {
  name: 'force',
  type: 'boolean',
  description: 'Take over fields that another manager has set. For patches of type apply only.',
};

const labelSelector: QueryParameter = {
  name: 'labelSelector',
  type: 'string',
  description: 'Only objects whose labels fit, such as "tier=web,!draft". All without it.',
};

const fieldSelector: QueryParameter = {
  name: 'fieldSelector',
  type: 'string',
  description: 'Only objects whose fields fit, such as "metadata.name=app". All without it.',
};

const limit: QueryParameter = {
  name: 'limit',
  type: 'integer',
  description: 'Length of a page. When there are more objects, "continue" in the metadata leads to the next page.',
};

const continueToken: QueryParameter = {
  name: 'continue',
  type: 'string',
  description: 'Where the next page begins, as the page before said it.',
};

const resourceVersion: QueryParameter = {
  name: 'resourceVersion',
  type: 'string',
  description: 'Moment that the answer has to be as new as, or from which changes are told.',
};

const resourceVersionMatch: QueryParameter = {
  name: 'resourceVersionMatch',
  type: 'string',
  description: 'How to take the resourceVersion of a list: "NotOlderThan" or "Exact".',
};

const timeoutSeconds: QueryParameter = {
  name: 'timeoutSeconds',
  type: 'integer',
  description: 'Ends the request after so many seconds, whatever else happens.',
};

const WATCH: readonly QueryParameter[] = [
  {
    name: 'watch',
    type: 'boolean',
    description: 'Stay, and tell every change after the resourceVersion as it happens.',
  },
  {
    name: 'allowWatchBookmarks',
    type: 'boolean',
    description: 'Also tell now and then how far the watch has come, without a change.',
  },
  {
    name: 'sendInitialEvents',
    type: 'boolean',
    description: 'Begin a watch with the objects that are there, and a bookmark after the last of them.',
  },
];

const gracePeriodSeconds: QueryParameter = {
  name: 'gracePeriodSeconds',
  type: 'integer',
  description: 'Seconds that the object may take to end; 0 deletes at once.',
};

const orphanDependents: QueryParameter = {
  name: 'orphanDependents',
  type: 'boolean',
  description: 'Older form of propagationPolicy "Orphan".',
};

const propagationPolicy: QueryParameter = {
  name: 'propagationPolicy',
  type: 'string',
  description: 'What happens to objects that belong to this one: "Orphan", "Background" or "Foreground".',
};

const SELECTION: readonly QueryParameter[] = [
  continueToken,
  fieldSelector,
  labelSelector,
  limit,
  resourceVersion,
  resourceVersionMatch,
  timeoutSeconds,
];

const DELETION: readonly QueryParameter[] = [dryRun, gracePeriodSeconds, orphanDependents, propagationPolicy];

export const LIST_PARAMETERS: readonly QueryParameter[] = SELECTION;
export const LIST_AND_WATCH_PARAMETERS: readonly QueryParameter[] = [...SELECTION, ...WATCH];
export const WRITE_PARAMETERS: readonly QueryParameter[] = [dryRun, fieldManager, fieldValidation];
export const PATCH_PARAMETERS: readonly QueryParameter[] = [...WRITE_PARAMETERS, force];
export const DELETE_PARAMETERS: readonly QueryParameter[] = DELETION;
export const DELETE_COLLECTION_PARAMETERS: readonly QueryParameter[] = [...DELETION, ...SELECTION];
