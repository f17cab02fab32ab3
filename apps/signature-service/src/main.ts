import 'reflect-metadata';
import { LogModule, runService } from '#lib/composition';
import { SignatureServiceModule } from './signature-service.module.js';

await runService({
  name: 'signature-service',
  purpose: 'owns the signatures of images, and nobody else writes them.',
  calls: [],
  readsModels: false,
  modules: () => [LogModule, SignatureServiceModule],
});
