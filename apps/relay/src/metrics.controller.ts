import { Controller, Get, Header, Inject } from '@nestjs/common';
import { METRICS, type Metrics } from '#lib/observability';

/** What Prometheus reads. */
@Controller()
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  render(): Promise<string> {
    return this.metrics.render();
  }
}
