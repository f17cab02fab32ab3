import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ImportSurroundingsModule, PolicyModule, remoteImages, remoteStreams } from '#lib/composition';
import type { Configuration } from '#lib/config';
import { IMAGES } from '#lib/image';
import { ImportCallsController, ImportModule, importSettings } from '#lib/import';
import { IMAGE_STREAMS } from '#lib/stream';
import { SecretKeepersModule } from './secret-keepers.module.js';

/** Imports, and the calls for them; images and streams are written by the services that own them. */
@Module({})
export class ImportServiceModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ImportServiceModule,
      imports: [
        RemoteImagesAndStreamsModule,
        SecretKeepersModule,
        ImportSurroundingsModule,
        ImportModule.forRoot({ settings: importSettings(configuration) }),
      ],
      controllers: [ImportCallsController],
    };
  }
}

@Global()
@Module({ imports: [PolicyModule], providers: [remoteImages, remoteStreams], exports: [IMAGES, IMAGE_STREAMS] })
class RemoteImagesAndStreamsModule {}
