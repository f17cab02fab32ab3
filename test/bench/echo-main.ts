import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceServer } from '#lib/remoting';

/** A service that answers what it is asked, with the certificates of a folder. Prints its port. */
const [folder = ''] = process.argv.slice(2);
const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
const identity = {
  ca: await read('ca.crt'),
  cert: await read('image-service.crt'),
  key: await read('image-service.key'),
};
const server = new ServiceServer({
  ...{ service: 'image-service', host: '127.0.0.1', port: 0, allowedNames: ['gateway'] },
  ...{ maxInFlight: 1_000, maxInFlightPerConnection: 1_000, maxBytes: 64 * 1024 * 1024 },
  identity: () => identity,
});
server.addHandler('bench.echo', async (request: unknown) => request);
server.listen(() => console.log(server.address.port));
