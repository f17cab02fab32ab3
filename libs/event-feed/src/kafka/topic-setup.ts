import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import type { KafkaConfiguration } from '#lib/config';
import { EVENT_TOPICS, topicName } from '../topics.js';

export type TopicSettings = Pick<
  KafkaConfiguration,
  'topicPrefix' | 'partitions' | 'replicationFactor' | 'retention' | 'maxMessageBytes'
>;

const BROKERS_CHOICE = -1;
const CHECKPOINT_SEGMENT_BYTES = 16 * 1024 * 1024;
const CHECKPOINT_SEGMENT_MS = 3_600_000;

/** Creates those topics that are not there. What is there stays as somebody made it. */
export async function createMissingTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  const known = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !known.has(topic));
  if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true });
}

/** What the relay writes to. */
export function relayTopics(settings: TopicSettings): readonly ITopicConfig[] {
  const { topicPrefix, partitions } = settings;
  return [
    ...EVENT_TOPICS.map((topic) => ({
      topic: topicName.events(topicPrefix, topic),
      numPartitions: partitions,
      ...kept(settings),
    })),
    {
      topic: topicName.checkpoint(topicPrefix),
      numPartitions: 1,
      ...replicated(settings, {
        'cleanup.policy': 'compact',
        // The active segment is not compacted: small ones keep the topic short.
        'segment.bytes': String(CHECKPOINT_SEGMENT_BYTES),
        'segment.ms': String(CHECKPOINT_SEGMENT_MS),
      }),
    },
  ];
}

export const deadLetterTopic = (settings: TopicSettings, reactor: string): ITopicConfig => ({
  topic: topicName.deadLetters(settings.topicPrefix, reactor),
  numPartitions: 1,
  ...kept(settings),
});

const kept = (settings: TopicSettings) =>
  replicated(settings, {
    'cleanup.policy': 'delete',
    'retention.ms': String(settings.retention === 0 ? -1 : settings.retention),
    'retention.bytes': '-1',
    'max.message.bytes': String(settings.maxMessageBytes),
  });

/** All replicas but one must have a message before it counts: one broker may fail without stopping the feed. */
function replicated({ replicationFactor }: TopicSettings, entries: Readonly<Record<string, string>>) {
  const inSync: Record<string, string> =
    replicationFactor === 0 ? {} : { 'min.insync.replicas': String(Math.max(1, replicationFactor - 1)) };
  return {
    replicationFactor: replicationFactor === 0 ? BROKERS_CHOICE : replicationFactor,
    configEntries: Object.entries({ ...entries, ...inSync }).map(([name, value]) => ({ name, value })),
  };
}

/** The longest message that all of these topics take, as the brokers say; `undefined` where they do not tell us. */
export async function longestMessage(admin: Admin, topics: readonly string[]): Promise<number | undefined> {
  const name = 'max.message.bytes';
  try {
    const { resources } = await admin.describeConfigs({
      resources: topics.map((topic) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] })),
      includeSynonyms: false,
    });
    const limits = resources.flatMap(({ configEntries }) =>
      configEntries.filter(({ configName }) => configName === name).map(({ configValue }) => Number(configValue)),
    );
    return limits.length === 0 ? undefined : Math.min(...limits);
  } catch {
    return undefined;
  }
}
