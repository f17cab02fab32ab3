import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import { TRACER, type Tracer } from '#lib/tracing';

/** What is known before the modules are put together. */
@Global()
@Module({})
export class GivenModule {
  static of(configuration: Configuration, logger: Logger, metrics: Metrics, tracer: Tracer): DynamicModule {
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
