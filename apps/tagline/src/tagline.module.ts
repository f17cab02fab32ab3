import { Module, type DynamicModule } from '@nestjs/common';
import { ContextsModule, gatewayModules, global, ImportSurroundingsModule, type Given } from '#lib/composition';
import { RelayModule } from '#lib/event-feed';
import { ImportModule, importSettings } from '#lib/import';

/** Everything in one process. */
@Module({})
export class TaglineModule {
  static forRoot(given: Given): DynamicModule {
    const { kafka } = given.configuration;
    const imports = global(ImportModule.forRoot({ settings: importSettings(given.configuration) }));
    return {
      module: TaglineModule,
      imports: [
        ...gatewayModules(given, [ContextsModule, ImportSurroundingsModule, imports]),
        ...(kafka.brokers.length === 0 ? [] : [RelayModule]),
      ],
    };
  }
}
