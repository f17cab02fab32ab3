import { HttpConnection } from '../http-connection.js';
import { runLoad } from '../load.js';
import { originalLoad, ORIGINAL } from '../original.js';
import { median } from '../percentile.js';
import { RegistryProcess } from '../registry-process.js';
import { collectionPath, requestBytes, type Request } from '../request.js';
import type { Row } from '../row.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';
import { ServerProcess } from '../server-process.js';

const NAMESPACE = 'bench';
const SMALL_IMAGES = 20_000;
const TAGS = 50;
const REPOSITORIES = 5;
const INSECURE = { insecure: true };

/** Images are imported from a registry on the same machine: each a new one, then whole repositories of 50 tags. */
export const imports: Scenario = {
  names: ['import'],
  async run(options, report) {
    const server = await ServerProcess.startEmpty();
    const registry = await RegistryProcess.start({
      ...{ small: options.quick ? 2_000 : SMALL_IMAGES, repositories: REPOSITORIES, tags: TAGS },
    });
    try {
      await server.createNamespace(NAMESPACE);
      if (!(await isServed(server))) {
        report({ kind: 'skipped', operation: 'import', reason: 'this server does not serve imagestreamimports' });
        return;
      }
      await importOneByOne(server, registry, options, report);
      await importRepositories(server, registry, report);
    } finally {
      registry.stop();
      await server.stopAndDelete();
    }
  },
};

async function isServed(server: ServerProcess): Promise<boolean> {
  const { raw } = await server.request({ path: '/apis/image.openshift.io/v1' });
  return raw().includes('"imagestreamimports"');
}

async function importOneByOne(
  server: ServerProcess,
  registry: RegistryProcess,
  { seconds, warmUp }: ScenarioOptions,
  report: (row: Row) => void,
): Promise<void> {
  let imported = 0;
  const next = (connection: number): Buffer => {
    const tag = `t${imported++}`;
    const from = { kind: 'DockerImage', name: `${registry.host}/bench/small:${tag}` };
    const images = [{ from, to: { name: tag }, importPolicy: INSECURE }];
    return requestBytes(server.endpoint, importRequest(`small-${connection}-${imported % 100}`, { images }));
  };
  await runLoad(server, { connections: 8, seconds: warmUp, warmUp: 0, next, status: 201 });
  for (const connections of [1, 8]) {
    const figures = await runLoad(server, { connections, seconds, warmUp: 0, next, status: 201 });
    const operation = 'import one image';
    report({ kind: 'load', operation, connections, figures, ...originalLoad(ORIGINAL.import, connections) });
  }
}

async function importRepositories(
  server: ServerProcess,
  registry: RegistryProcess,
  report: (row: Row) => void,
): Promise<void> {
  const times: number[] = [];
  const connection = await HttpConnection.open(server.endpoint);
  for (let number = 0; number < REPOSITORIES; number++) {
    const from = { kind: 'DockerImage', name: `${registry.host}/bench/repository-${number}` };
    const request = importRequest(`repository-${number}`, { repository: { from, importPolicy: INSECURE } });
    const started = performance.now();
    const answer = await connection.send(requestBytes(server.endpoint, request));
    times.push(performance.now() - started);
    assertImported(answer.raw().toString());
  }
  connection.close();
  report({
    ...{ kind: 'quantity', operation: `import a repository of ${TAGS} tags`, value: median(times), unit: 'ms' },
    original: ORIGINAL.importOf50TagsMs,
  });
}

const importRequest = (name: string, what: object): Request => ({
  method: 'POST',
  path: collectionPath('imagestreamimports', NAMESPACE),
  body: {
    kind: 'ImageStreamImport',
    apiVersion: 'image.openshift.io/v1',
    metadata: { name, namespace: NAMESPACE },
    spec: { import: true, ...what },
  },
});

function assertImported(answer: string): void {
  const succeeded = answer.split('"status":"Success"').length - 1;
  if (succeeded <= TAGS) throw new Error(`not all ${TAGS} tags were imported: ${answer.slice(0, 2_000)}`);
}
