import 'reflect-metadata';
import { LogModule, runService } from '#lib/composition';
import { ImageServiceModule } from './image-service.module.js';

await runService({
  name: 'image-service',
  purpose: 'owns images, and nobody else writes them.',
  calls: [],
  readsModels: false,
  modules: () => [LogModule, ImageServiceModule],
});
