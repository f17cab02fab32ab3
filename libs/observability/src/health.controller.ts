import { Controller, Get, Header, HttpCode, Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';

/** Whether the process is ready for requests. It is not while it starts, and no longer when it stops. */
@Injectable()
export class Readiness {
  private ready = false;

  get isReady(): boolean {
    return this.ready;
  }

  set(ready: boolean): void {
    this.ready = ready;
  }
}

/** Probes. Open to everybody: they say nothing but that the process lives. */
@Controller()
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('livez')
  @HttpCode(200)
  @Header('content-type', 'text/plain; charset=utf-8')
  livez(): string {
    return 'ok';
  }

  @Get('readyz')
  @Header('content-type', 'text/plain; charset=utf-8')
  readyz(): string {
    if (!this.readiness.isReady) throw new ServiceUnavailableException('starting or stopping');
    return 'ok';
  }

  @Get('healthz')
  @Header('content-type', 'text/plain; charset=utf-8')
  healthz(): string {
    return this.readyz();
  }
}
