import { Module, type DynamicModule } from '@nestjs/common';
import { ContextsModule, gatewayModules, global, ImportSurroundingsModule, type Given } from '#lib/composition';
import { ImportModule, importSettings } from '#lib/import';

/** Everything in one process. */
@Module({})
export class TaglineModule {
  static forRoot(given: Given): DynamicModule {
    const imports = global(ImportModule.forRoot({ settings: importSettings(given.configuration) }));
    return {
      module: TaglineModule,
      imports: gatewayModules(given, [ContextsModule, ImportSurroundingsModule, imports]),
    };
  }
}
