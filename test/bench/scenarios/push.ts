import { originalLoad, ORIGINAL } from '../original.js';
import { runLoad } from '../load.js';
import { imageName, PushTemplate } from '../pushed-image.js';
import type { Scenario } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, streamAt, tagAt } from '../streams.js';

const NAMESPACE = 'bench';
const STREAMS = 64;
const TAGS = 10;

/**
 * A registry tells of pushed images, each a new one. Every connection pushes to a stream of its own, to its tags in
 * turn: an image and a tag's move, both on disk before the answer.
 */
export const push: Scenario = {
  names: ['push'],
  async run({ seconds, warmUp }, report) {
    const server = await ServerProcess.startEmpty();
    try {
      await server.createNamespace(NAMESPACE);
      await createStreams(server, NAMESPACE, 0, STREAMS);
      const templates = Array.from({ length: STREAMS }, (_, stream) =>
        Array.from(
          { length: TAGS },
          (_, tag) => new PushTemplate(server.endpoint, NAMESPACE, streamAt(stream), tagAt(tag)),
        ),
      );
      let pushed = 0;
      const next = (connection: number): Buffer | undefined =>
        templates[connection]?.[Math.floor(pushed / STREAMS) % TAGS]?.with(imageName(pushed++));
      await runLoad(server, { connections: STREAMS, seconds: warmUp, warmUp: 0, next, status: 201 });
      for (const connections of [1, 16, STREAMS]) {
        const figures = await runLoad(server, { connections, seconds, warmUp: 0, next, status: 201 });
        const operation = 'push a tag (ImageStreamMapping)';
        report({ kind: 'load', operation, connections, figures, ...originalLoad(ORIGINAL.push, connections) });
      }
    } finally {
      await server.stopAndDelete();
    }
  },
};
