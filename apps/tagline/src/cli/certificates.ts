import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { writeServiceCertificates } from '#lib/access';
import { SERVICE_NAMES } from '#lib/composition';

const USAGE = `Usage: npm run certificates -- --out DIRECTORY

Makes an authority and a certificate for each process of a distributed installation, good for a year. For one machine
or a try: whoever holds ca.key can be any service, so a lasting installation has its certificates from elsewhere.
`;

const { out, help } = optionsOrExit();
if (help) {
  process.stdout.write(USAGE);
} else if (out === undefined) {
  exit('--out says where to put the certificates');
} else {
  for (const path of await writeServiceCertificates(out, SERVICE_NAMES)) console.log(path);
}

function optionsOrExit(): { readonly out?: string | undefined; readonly help?: boolean | undefined } {
  try {
    return parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return exit(error.message);
  }
}

function exit(message: string): never {
  process.stderr.write(`certificates: ${message}\n\n${USAGE}`);
  process.exit(1);
}
