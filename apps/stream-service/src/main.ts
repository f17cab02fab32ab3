import 'reflect-metadata';
import { followedModules, runService, StorageModule } from '#lib/composition';
import { StreamServiceModule } from './stream-service.module.js';

await runService({
  name: 'stream-service',
  purpose: 'owns image streams, holds them to the limits of their namespaces, and nobody else writes them.',
  calls: [],
  readsModels: true,
  modules: (given) => [...followedModules(given), StorageModule, StreamServiceModule],
});
