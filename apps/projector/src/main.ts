import 'reflect-metadata';
import { runProcess, startProbedProcess } from '#lib/composition';
import { ConfigurationError, type Configuration } from '#lib/config';
import { ProjectorModule } from './projector.module.js';

const HELP = `Tagline's projector: builds the read models in PostgreSQL from the log, and keeps them up to date.

Usage: npm run start:projector

Any number may run; one of them writes, and another goes on within seconds when it is gone. Servers read what it writes.

Settings are those of the server, from the environment or the YAML file that TAGLINE_CONFIG names. It needs
  TAGLINE_EVENT_STORE_ENGINE=eventstoredb   and where that is
  TAGLINE_READ_MODEL_ENGINE=postgres        and where that is
  TAGLINE_LISTEN                            host:port of /livez, /readyz and /metrics, without TLS
docs/read-models.md says more.
`;

await runProcess({
  name: 'projector',
  help: HELP,
  // Is ready when the read models show what was in the log, whichever projector wrote it.
  start: async (configuration, logger) => {
    assertShared(configuration);
    const { url, stop } = await startProbedProcess({
      ...{ name: 'projector', configuration, logger, probes: configuration.listen },
      imports: [ProjectorModule],
    });
    return { ready: { url }, stop };
  },
});

/** There must be something to share with other processes. */
function assertShared({ eventStore, readModel }: Configuration): void {
  const problems = [];
  if (eventStore.engine === 'embedded') {
    const message = 'must be a database: a log in the data directory belongs to the server that writes it';
    problems.push({ where: 'eventStore.engine', message, remedy: 'that server projects it, too' });
  }
  if (readModel.engine === 'embedded') {
    const message = 'must be postgres: read models in a data directory can be read by nobody else';
    problems.push({ where: 'readModel.engine', message });
  }
  if (!readModel.projects) {
    problems.push({ where: 'readModel.projects', message: 'must not be false for a projector' });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}
