import { parseOptions, USAGE, type Options } from './options.js';
import { printReport, printRow, writeJson } from './report.js';
import type { Row } from './row.js';
import { calls } from './scenarios/calls.js';
import { create } from './scenarios/create.js';
import { feed } from './scenarios/feed.js';
import { gateways } from './scenarios/gateways.js';
import { growth } from './scenarios/growth.js';
import { imports } from './scenarios/import.js';
import { importWorkers } from './scenarios/import-workers.js';
import { lists } from './scenarios/list.js';
import { postgres } from './scenarios/postgres.js';
import { push } from './scenarios/push.js';
import { reads } from './scenarios/read.js';
import { relay } from './scenarios/relay.js';
import { services } from './scenarios/services.js';
import { sizes } from './scenarios/sizes.js';
import { watch } from './scenarios/watch.js';

const SCENARIOS = [
  create,
  push,
  ...reads,
  watch,
  imports,
  growth,
  lists,
  postgres,
  relay,
  calls,
  services,
  feed,
  gateways,
  importWorkers,
  sizes,
];

const options = optionsOrExit();
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const chosen = SCENARIOS.filter(
  ({ names }) => options.only.length === 0 || names.some((name) => options.only.includes(name)),
);
const known = new Set(SCENARIOS.flatMap(({ names }) => names));
const unknown = options.only.filter((name) => !known.has(name));
if (unknown.length > 0) exit(`there is no ${unknown.join(', ')}`);

const rows: Row[] = [];
for (const { run } of chosen) {
  await run(options, (row) => {
    rows.push(row);
    console.error(printRow(row));
  });
}
console.log(`\n${printReport(rows)}`);
if (options.json !== undefined) await writeJson(options.json, rows);

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return exit(error.message);
  }
}

function exit(message: string): never {
  process.stderr.write(`bench: ${message}\n\n${USAGE}`);
  process.exit(1);
}
