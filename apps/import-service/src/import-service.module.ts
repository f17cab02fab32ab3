import { Global, Module, type DynamicModule } from '@nestjs/common';
import {
  global,
  ImportSurroundingsModule,
  PolicyModule,
  ReactorsModule,
  remoteImages,
  remoteStreams,
} from '#lib/composition';
import type { Configuration } from '#lib/config';
import { IMAGES } from '#lib/image';
import { ImportCallsController, ImportModule, importSettings, ImportWorkerModule } from '#lib/import';
import { PostgresError } from '#lib/postgres';
import { IMAGE_STREAMS } from '#lib/stream';
import { SecretKeepersModule } from './secret-keepers.module.js';

/**
 * Imports, and the calls for them; images and streams are written by the services that own them. Background imports are
 * shared by all import services that know Kafka; one that does not has them for itself.
 */
@Module({})
export class ImportServiceModule {
  static forRoot(configuration: Configuration): DynamicModule {
    const settings = importSettings(configuration);
    const { kafka } = configuration;
    const isShared = settings.inBackground && kafka.brokers.length > 0;
    return {
      module: ImportServiceModule,
      imports: [
        RemoteImagesAndStreamsModule,
        SecretKeepersModule,
        ImportSurroundingsModule,
        global(ImportModule.forRoot({ settings: { ...settings, inBackground: settings.inBackground && !isShared } })),
        ...(isShared ? [ReactorsModule, ImportWorkerModule.forRoot({ settings, kafka, isPassing })] : []),
      ],
      controllers: [ImportCallsController],
    };
  }
}

/** Pull secrets are in the database, which may be away for a while. */
const isPassing = (error: unknown): boolean => error instanceof PostgresError && error.code !== 'refused';

@Global()
@Module({ imports: [PolicyModule], providers: [remoteImages, remoteStreams], exports: [IMAGES, IMAGE_STREAMS] })
class RemoteImagesAndStreamsModule {}
