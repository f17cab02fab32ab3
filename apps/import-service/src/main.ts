import 'reflect-metadata';
import { runService, ServiceClientsModule, StorageModule } from '#lib/composition';
import { ImportServiceModule } from './import-service.module.js';

await runService({
  name: 'import-service',
  purpose:
    'imports images from other registries, when it is asked to and, where import.background says so, by itself: alone, or ' +
    'sharing that with other import services that know the same Kafka.',
  calls: ['image-service', 'stream-service'],
  readsModels: true,
  modules: ({ configuration }) => [
    StorageModule,
    ServiceClientsModule.forRoot('import-service', ['image-service', 'stream-service']),
    ImportServiceModule.forRoot(configuration),
  ],
});
