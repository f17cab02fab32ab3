import type { Aggregate } from '#lib/events';

/** Which topic the events of an aggregate go to, without the prefix. Kinds that are read together share one. */
export const TOPIC_OF = {
  image: 'images',
  imageStream: 'image-streams',
  imageSignatures: 'signatures',
  imageStreamImport: 'imports',
  namespace: 'namespaces',
  role: 'rbac',
  clusterRole: 'rbac',
  roleBinding: 'rbac',
  clusterRoleBinding: 'rbac',
  limitRange: 'limits',
  resourceQuota: 'limits',
  serviceAccount: 'service-accounts',
  group: 'groups',
} as const satisfies Readonly<Record<Aggregate, string>>;

export type EventTopic = (typeof TOPIC_OF)[Aggregate];

/** Every topic that holds events. */
export const EVENT_TOPICS: readonly EventTopic[] = [...new Set(Object.values(TOPIC_OF))];

/** Names of the topics of one log. */
export const topicName = {
  events: (prefix: string, topic: EventTopic): string => `${prefix}.${topic}`,
  checkpoint: (prefix: string): string => `${prefix}.relay-checkpoint`,
  /** What a reactor could not do anything with, each with what went wrong. */
  deadLetters: (prefix: string, reactor: string): string => `${prefix}.dead-letters.${reactor}`,
  /** What it is to try once more. */
  replays: (prefix: string, reactor: string): string => `${prefix}.replays.${reactor}`,
} as const;
