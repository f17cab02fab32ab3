import { parseArgs } from 'node:util';
import { EventStoreDbDouble } from './eventstoredb-double.js';

const HELP = `A stand-in for EventStoreDB, for tests. Prints its connection string when it can be reached.

  --port PORT   port on 127.0.0.1; default one that is free
  --file FILE   keeps its events here, and has them again at the next start
`;

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, file: { type: 'string' }, help: { type: 'boolean' } },
});

if (values.help === true) {
  process.stdout.write(HELP);
} else {
  const double = await EventStoreDbDouble.start({
    port: Number(values.port),
    ...(values.file === undefined ? {} : { file: values.file }),
  });
  process.stdout.write(`${double.connectionString}\n`);
  process.once('SIGTERM', () => void double.stop().then(() => process.exit(0)));
}
