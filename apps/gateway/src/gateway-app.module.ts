import { Module, type DynamicModule } from '@nestjs/common';
import {
  gatewayModules,
  RemoteContextsModule,
  ServiceClientsModule,
  type Given,
  type ServiceName,
} from '#lib/composition';
import { PullSecretsController } from '#lib/import';

/** The services that own what the gateway shows. */
export const OWNERS: readonly ServiceName[] = [
  'image-service',
  'stream-service',
  'import-service',
  'signature-service',
];

/** The API in front of services; and the pull secrets that it keeps, for the service that imports. */
@Module({ controllers: [PullSecretsController] })
export class GatewayAppModule {
  static forRoot(given: Given): DynamicModule {
    return {
      module: GatewayAppModule,
      imports: gatewayModules(given, [ServiceClientsModule.forRoot('gateway', OWNERS), RemoteContextsModule]),
    };
  }
}
