import { Kafka, logLevel } from 'kafkajs';

// The events that move a tag, and what moved it.
const MOVES = {
  'dev.tagline.TagPushed': () => 'a push',
  'dev.tagline.TagImported': () => 'an import',
  'dev.tagline.TagResolved': ({ from }) => `${from.kind} ${from.name}`,
  'dev.tagline.TagFollowed': ({ followed }) => `following ${followed}`,
};

const { KAFKA_BROKERS = 'localhost:9092', TOPIC_PREFIX = 'tagline', GROUP_ID = 'tag-moves' } = process.env;
const kafka = new Kafka({ clientId: 'tag-moves', brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });

// Reads what is committed, which is the default of this client. A new group begins with the first event there ever was.
const consumer = kafka.consumer({ groupId: GROUP_ID, maxWaitTimeInMs: 200 });
// After some failures the client does not begin again by itself: leave that to whoever runs this.
consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || process.exit(1));
await consumer.connect();
await consumer.subscribe({ topic: `${TOPIC_PREFIX}.image-streams`, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const header = (name) => message.headers[name]?.toString() ?? '';
    const cause = MOVES[header('ce_type')];
    // Pass over what you do not know: there will be more types. An event that is too large is only referred to.
    if (cause === undefined || header('content-type') !== 'application/json') return;
    const { tag, item, move, previousImage = 'nothing', ...rest } = JSON.parse(message.value.toString());
    if (move === 'unchanged') return;
    const line = `${header('ce_subject')}:${tag} moved from ${previousImage} to ${item.image}`;
    console.log(`${header('ce_time')} ${line} by ${cause(rest)} of ${header('ce_actor')}`);
  },
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => consumer.disconnect().then(() => process.exit(0)));
}
