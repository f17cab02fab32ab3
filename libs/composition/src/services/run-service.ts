import type { ModuleMetadata } from '@nestjs/common';
import { openDelegate, type Delegate } from '#lib/access';
import { formatListenAddress, type Configuration } from '#lib/config';
import { DataDirectoryLock } from '#lib/event-store';
import type { Logger } from '#lib/observability';
import { startProbedProcess } from '../probed-process.js';
import { problemsTo } from '../surroundings.js';
import { runProcess, type RunningProcess } from '../run-process.js';
import { checkServices } from './check-services.js';
import type { ServiceName } from './service-names.js';

export interface ServiceOptions {
  readonly name: ServiceName;
  /** What the service is for, as `--help` says it. */
  readonly purpose: string;
  /** Whom it calls. */
  readonly calls: readonly ServiceName[];
  /** Whether it reads read models; kept in its data directory, that is then the directory of one process. */
  readonly readsModels: boolean;
  readonly modules: (given: ServiceGiven) => NonNullable<ModuleMetadata['imports']>;
}

export interface ServiceGiven {
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** A Kubernetes API server that decides in place of this installation; only for services that read read models. */
  readonly delegate: Delegate | undefined;
}

/** Runs a service as a process: it answers calls of other services, and tells how it is over HTTP. */
export const runService = (options: ServiceOptions): Promise<void> =>
  runProcess({
    name: options.name,
    help: helpOf(options),
    start: (configuration, logger) => startService(options, configuration, logger),
  });

export async function startService(
  options: ServiceOptions,
  configuration: Configuration,
  logger: Logger,
): Promise<RunningProcess> {
  const { name, calls, readsModels, modules } = options;
  checkServices(configuration, calls);
  const keepsData = readsModels && configuration.readModel.engine === 'embedded';
  const lock = keepsData ? await DataDirectoryLock.acquire(configuration.dataDir) : undefined;
  let delegate: Delegate | undefined;
  const letGo = async (): Promise<void> => {
    await delegate?.close();
    await lock?.release();
  };
  try {
    if (readsModels) delegate = await openDelegate(configuration.access.delegate, { onProblem: problemsTo(logger) });
    const { probes } = configuration.services;
    const imports = modules({ configuration, logger, delegate });
    const running = await startProbedProcess({ name, configuration, logger, probes, imports, answersAs: name });
    return {
      ready: { calls: running.calls && formatListenAddress(running.calls.address), probes: running.url },
      stop: async () => {
        await running.stop();
        await letGo();
      },
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}

const helpOf = ({ name, purpose, calls }: ServiceOptions): string => `Tagline ${name}: ${purpose}

Usage: node dist/apps/${name}/src/main.js

It answers the other services over TCP with mutual TLS, and tells how it is at /livez, /readyz and /metrics over HTTP.
${calls.length === 0 ? 'It calls no other service.' : `It calls the ${calls.join(', the ')}.`}

Settings come from the environment, or from the YAML file that TAGLINE_CONFIG names:
  TAGLINE_EVENT_STORE_ENGINE              eventstoredb
  TAGLINE_EVENT_STORE_CONNECTION_STRING   where the event store is
  TAGLINE_SERVICES_LISTEN                 host:port for calls               default 127.0.0.1:7443
  TAGLINE_SERVICES_PROBES                 host:port for probes and metrics  default 127.0.0.1:7080
  TAGLINE_SERVICES_CA_FILE, _CERT_FILE, _KEY_FILE   who it is: npm run certificates
docs/configuration.md has them all, docs/distributed.md says how the processes fit together.
`;
