import { startGateway, type RunningServer } from '#lib/composition';
import type { Configuration } from '#lib/config';
import type { Logger } from '#lib/observability';
import { TaglineModule } from './tagline.module.js';

/**
 * Starts Tagline as one process.
 *
 * @throws DataDirectoryInUseError when another process runs on the data directory.
 */
export const startServer = (configuration: Configuration, logger: Logger): Promise<RunningServer> =>
  startGateway(configuration, logger, { moduleOf: (given) => TaglineModule.forRoot(given), isCalled: false });

export type { RunningServer };
