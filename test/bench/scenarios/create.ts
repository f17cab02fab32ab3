import { originalLoad, ORIGINAL } from '../original.js';
import { runLoad } from '../load.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Scenario } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { streamAt, streamBody } from '../streams.js';

const NAMESPACE = 'bench';

/** Image streams are created, each under a new name. */
export const create: Scenario = {
  names: ['create'],
  async run({ seconds, warmUp }, report) {
    const server = await ServerProcess.startEmpty();
    try {
      await server.createNamespace(NAMESPACE);
      const path = collectionPath('imagestreams', NAMESPACE);
      let created = 0;
      const next = (): Buffer =>
        requestBytes(server.endpoint, { method: 'POST', path, body: streamBody(NAMESPACE, streamAt(created++)) });
      await runLoad(server, { connections: 64, seconds: warmUp, warmUp: 0, next, status: 201 });
      for (const connections of [1, 16, 64]) {
        const figures = await runLoad(server, { connections, seconds, warmUp: 0, next, status: 201 });
        const operation = 'create an image stream';
        report({ kind: 'load', operation, connections, figures, ...originalLoad(ORIGINAL.create, connections) });
      }
    } finally {
      await server.stopAndDelete();
    }
  },
};
