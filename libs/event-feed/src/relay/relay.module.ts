import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import { kafkaClient } from '../kafka/kafka-client.js';
import { KafkaSink } from '../kafka/kafka-sink.js';
import { measureRelay, relayReporter } from './relay-reporter.js';
import { Relay } from './relay.js';

/** Events are published while the app runs, and no longer when the log is closed. */
@Injectable()
class RelayLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Relay) private readonly relay: Relay) {}

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}

/** Publishes the log to Kafka. The app binds the event store, the configuration, the logger and the metrics. */
@Module({
  providers: [
    { provide: Relay, inject: [EVENT_STORE, CONFIGURATION, LOGGER, METRICS], useFactory: kafkaRelay },
    RelayLifecycle,
  ],
  exports: [Relay],
})
export class RelayModule {}

function kafkaRelay(store: EventStore, { kafka }: Configuration, logger: Logger, metrics: Metrics): Relay {
  const client = kafkaClient(kafka, (level, message) => logger[level === 'error' ? 'warn' : 'debug'](message));
  const relay = new Relay({ store, sink: new KafkaSink(client, kafka), observer: relayReporter(logger, metrics) });
  measureRelay(relay, metrics);
  return relay;
}
