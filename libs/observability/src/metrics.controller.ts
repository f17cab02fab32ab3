import { Controller, Get, Inject, Res } from '@nestjs/common';
import { METRICS, type Metrics } from './metrics.js';

interface Reply {
  header(name: string, value: string): Reply;
}

/** What the process measures, for Prometheus. */
@Controller()
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get('metrics')
  async render(@Res({ passthrough: true }) reply: Reply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.render();
  }
}
