export { cloudEvent, cloudEventType, dataSchema, type CloudEvent } from './cloud-event.js';
export type { FeedEvent } from './feed-event.js';
export { NoEventError, readEventMessage } from './kafka/event-message.js';
export { kafkaClient, type KafkaLog } from './kafka/kafka-client.js';
export { DeadLetterOffice, type LaidAside } from './kafka/reactor/dead-letter-office.js';
export { ReactorGroup, type ReactorGroupOptions } from './kafka/reactor/reactor-group.js';
export {
  REACTOR_OBSERVER,
  type Reactor,
  type ReactorMember,
  type ReactorObserver,
  type Share,
  type TopicLag,
} from './reactor/reactor.js';
export { reactorReporter } from './reactor/reactor-reporter.js';
export { KafkaSink, type KafkaSinkSettings } from './kafka/kafka-sink.js';
export { FencedError, type Checkpoint, type EventSink, type Published } from './relay/event-sink.js';
export { ForeignCheckpointError, Relay, type RelayLag, type RelayOptions } from './relay/relay.js';
export { RelayModule } from './relay/relay.module.js';
export type { RelayObserver } from './relay/relay-observer.js';
export { measureRelay, relayReporter } from './relay/relay-reporter.js';
export { EVENT_TOPICS, TOPIC_OF, topicName, type EventTopic } from './topics.js';
