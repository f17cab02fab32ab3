import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { IMPORT_ERRORS } from '#lib/import';
import { LOGGER, type Logger } from '#lib/observability';
import { ServiceClient } from '#lib/remoting';
import { TRACER, type Tracer } from '#lib/tracing';
import { ADDRESS_KEYS, type ServiceName } from './service-names.js';
import { problemsTo, type Surroundings } from '../surroundings.js';
import { serviceIdentity } from './service-identity.js';

/** The clients of the services that a process calls. */
export class ServiceClients {
  constructor(private readonly clients: ReadonlyMap<ServiceName, ServiceClient>) {}

  of(service: ServiceName): ServiceClient {
    const client = this.clients.get(service);
    if (client === undefined) throw new Error(`this process does not call the ${service}`);
    return client;
  }

  all(): readonly ServiceClient[] {
    return [...this.clients.values()];
  }
}

@Injectable()
class ClientsLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(ServiceClients) private readonly clients: ServiceClients) {}

  async onModuleInit(): Promise<void> {
    await Promise.all(this.clients.all().map((client) => client.connect()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.clients.all().map((client) => client.close()));
  }
}

/** Connections to other services. */
@Module({})
export class ServiceClientsModule {
  static forRoot(own: ServiceName, calls: readonly ServiceName[]): DynamicModule {
    return {
      module: ServiceClientsModule,
      global: true,
      providers: [
        {
          provide: ServiceClients,
          inject: [CONFIGURATION, LOGGER, TRACER],
          useFactory: (configuration: Configuration, logger: Logger, tracer: Tracer) =>
            new ServiceClients(
              new Map(calls.map((service) => [service, clientOf(own, service, { configuration, logger, tracer })])),
            ),
        },
        ClientsLifecycle,
      ],
      exports: [ServiceClients],
    };
  }
}

/** A client of all instances of a service. */
export function clientOf(
  own: ServiceName,
  service: ServiceName,
  { configuration, logger, tracer }: Omit<Surroundings, 'metrics'>,
  addresses = configuration.services[ADDRESS_KEYS[service]],
): ServiceClient {
  const { deadline, maxMessageBytes } = configuration.services;
  return new ServiceClient({
    ...{ service, addresses },
    identity: serviceIdentity(own, configuration, problemsTo(logger)),
    ...{ deadlineMs: deadline, maxBytes: maxMessageBytes, errors: IMPORT_ERRORS },
    tracer,
    onDisturbance: (why) => logger.warn({ service, why }, 'a service cannot be called'),
  });
}
