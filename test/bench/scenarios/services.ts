import { Installation } from '../../distributed/harness/installation.js';
import { DatabaseProcess } from '../../system/harness/database-process.js';
import { gatewayEndpoint } from '../gateway-endpoint.js';
import { runLoad, type LoadedServer } from '../load.js';
import { cpuSeconds } from '../process-usage.js';
import { imageName, PushTemplate } from '../pushed-image.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Row } from '../row.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, streamAt, tagAt } from '../streams.js';

const NAMESPACE = 'bench';
const STREAMS = 64;
const TAGS = 10;

/**
 * The same pushes and reads to one process and to a gateway in front of services, both on the double of EventStoreDB: what
 * it costs that they call each other. The processor seconds are those of all processes but the database.
 */
export const services: Scenario = {
  names: ['services'],
  async run(options, report) {
    const database = await DatabaseProcess.start();
    const one = await ServerProcess.startEmpty(database.settings);
    try {
      await one.createNamespace(NAMESPACE);
      await measure('one process', one, options, report);
    } finally {
      await one.stopAndDelete();
      await database.dispose();
    }
    const installation = await Installation.start();
    try {
      const { gateway, processes } = installation;
      const api = gateway.api();
      await api.post('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
      api.close();
      const server: LoadedServer = {
        endpoint: gatewayEndpoint(gateway),
        cpuSeconds: async () => {
          const used = await Promise.all(processes.map(({ pid }) => cpuSeconds(pid)));
          return used.reduce((sum, seconds) => sum + seconds, 0);
        },
      };
      await measure('gateway and services', server, options, report);
    } finally {
      await installation.dispose();
    }
  },
};

async function measure(
  where: string,
  server: LoadedServer,
  { seconds, warmUp }: ScenarioOptions,
  report: (row: Row) => void,
): Promise<void> {
  await createStreams(server, NAMESPACE, 0, STREAMS);
  const templates = Array.from({ length: STREAMS }, (_, stream) =>
    Array.from(
      { length: TAGS },
      (_, tag) => new PushTemplate(server.endpoint, NAMESPACE, streamAt(stream), tagAt(tag)),
    ),
  );
  let pushed = 0;
  const push = (connection: number): Buffer | undefined =>
    templates[connection]?.[Math.floor(pushed / STREAMS) % TAGS]?.with(imageName(pushed++));
  await runLoad(server, { connections: STREAMS, seconds: warmUp, warmUp: 0, next: push, status: 201 });
  for (const connections of [1, 16, STREAMS]) {
    const figures = await runLoad(server, { connections, seconds, warmUp: 0, next: push, status: 201 });
    report({ kind: 'load', operation: `push a tag, ${where}`, connections, figures });
  }
  const reads = Array.from({ length: STREAMS }, (_, stream) =>
    requestBytes(server.endpoint, {
      path: `${collectionPath('imagestreamtags', NAMESPACE)}/${streamAt(stream)}:${tagAt(0)}`,
    }),
  );
  const read = (): Buffer | undefined => reads[Math.floor(Math.random() * reads.length)];
  const figures = await runLoad(server, { connections: STREAMS, seconds, warmUp, next: read, status: 200 });
  report({ kind: 'load', operation: `get an ImageStreamTag, ${where}`, connections: STREAMS, figures });
}
