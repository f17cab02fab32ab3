import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CONFIGURATION } from '#lib/config';
import { LOGGER, METRICS } from '#lib/observability';
import { TRACER } from '#lib/tracing';
import type { Surroundings } from './surroundings.js';

/** What is known before the modules are put together. */
@Global()
@Module({})
export class GivenModule {
  static of({ configuration, logger, metrics, tracer }: Surroundings): DynamicModule {
    return {
      module: GivenModule,
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useValue: metrics },
        { provide: TRACER, useValue: tracer },
      ],
      exports: [CONFIGURATION, LOGGER, METRICS, TRACER],
    };
  }
}
