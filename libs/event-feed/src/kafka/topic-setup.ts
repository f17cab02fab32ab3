import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import type { KafkaConfiguration } from '#lib/config';
import { EVENT_TOPICS, topicName } from '../topics.js';

export type TopicSettings = Pick<
  KafkaConfiguration,
  'topicPrefix' | 'partitions' | 'replicationFactor' | 'retention' | 'maxMessageBytes'
>;

const USABLE_ATTEMPTS = 150;
const USABLE_RETRY_MS = 200;
const BROKERS_CHOICE = -1;
const CHECKPOINT_SEGMENT_BYTES = 16 * 1024 * 1024;
const CHECKPOINT_SEGMENT_MS = 3_600_000;

/**
 * Creates those topics that are not there, and waits until all of them can be used. What is there stays as somebody made
 * it. Several may do this at the same time.
 */
export async function createMissingTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  const missing = await missingOf(admin, topics);
  if (missing.length > 0) {
    try {
      await admin.createTopics({ topics: missing, waitForLeaders: false });
    } catch (error) {
      // Somebody else was faster, or there is something wrong.
      if ((await missingOf(admin, missing)).length > 0) throw error;
    }
  }
  const names = topics.map(({ topic }) => topic);
  for (let attempt = 1; !(await areUsable(admin, names)); attempt++) {
    if (attempt === USABLE_ATTEMPTS) throw new Error(`the topics are not usable: ${names.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, USABLE_RETRY_MS));
  }
}

async function missingOf(admin: Admin, topics: readonly ITopicConfig[]): Promise<ITopicConfig[]> {
  const known = new Set(await admin.listTopics());
  return topics.filter(({ topic }) => !known.has(topic));
}

/** Brokers tell each other of new topics, and choose who leads them, after they have said that they are created. */
async function areUsable(admin: Admin, topics: string[]): Promise<boolean> {
  try {
    const { topics: metadata } = await admin.fetchTopicMetadata({ topics });
    return metadata.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    const { type } = error as { readonly type?: unknown };
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE') return false;
    throw error;
  }
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

/** What a group of reactors writes to, and what it is told to try once more. */
export const reactorTopics = (settings: TopicSettings, reactor: string): readonly ITopicConfig[] =>
  [topicName.deadLetters(settings.topicPrefix, reactor), topicName.replays(settings.topicPrefix, reactor)].map(
    (topic) => ({ topic, numPartitions: 1, ...kept(settings) }),
  );

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
