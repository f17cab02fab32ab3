import { parseArgs } from 'node:util';
import { loadConfiguration } from '#lib/config';
import { DeadLetterOffice, kafkaClient } from '#lib/event-feed';
import { runCommand, UsageError } from './run-command.js';

const HELP = `Shows the events that workers could not act upon, and has them tried once more.

Usage: npm run dead-letters -- list   [--reactor NAME]
       npm run dead-letters -- replay [--reactor NAME] [--limit N]

  --reactor NAME  whose they are; default: imports
  --limit N       replay the N oldest; default: all

What fails again is laid aside again. The brokers are those of TAGLINE_KAFKA_BROKERS.
`;

await runCommand(HELP, async () => {
  const { values, positionals } = parseArgs({
    options: { reactor: { type: 'string', default: 'imports' }, limit: { type: 'string' } },
    allowPositionals: true,
  });
  const [action, ...rest] = positionals;
  if (rest.length > 0 || (action !== 'list' && action !== 'replay')) throw new UsageError('say list or replay');
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (!(limit > 0)) throw new UsageError('--limit is a number above 0');
  const { kafka } = loadConfiguration(process.env);
  if (kafka.brokers.length === 0) throw new UsageError('kafka.brokers must be set (or TAGLINE_KAFKA_BROKERS)');
  const office = new DeadLetterOffice(kafkaClient(kafka), kafka.topicPrefix, values.reactor);
  if (action === 'replay') {
    process.stdout.write(`${await office.replay(limit)} events are tried once more\n`);
    return;
  }
  const letters = await office.list();
  for (const { number, time, what, attempts, error } of letters) {
    process.stdout.write(`${number}  ${time}  ${what}, tried ${attempts} times: ${error}\n`);
  }
  process.stdout.write(`${letters.length} events were laid aside\n`);
});
