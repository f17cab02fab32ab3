import { ReactorGroup, type ReactorGroupOptions } from '#lib/event-feed';
import { ImportController } from '../background/import-controller.js';
import { ImportScheduler } from '../background/import-scheduler.js';
import type { BackgroundImportsOptions } from '../background/background-imports.js';
import { ImportReactor } from './import-reactor.js';

export interface ImportWorkerOptions extends Omit<BackgroundImportsOptions, 'changes'> {
  readonly group: Omit<ReactorGroupOptions, 'reactor'>;
  readonly isPassing?: (error: unknown) => boolean;
}

/** One of several that share the background imports: each has some of the streams, and what one leaves others take over. */
export class ImportWorker {
  readonly scheduler: ImportScheduler;
  private readonly controller: ImportController;
  private readonly reactor: ImportReactor;
  private readonly group: ReactorGroup;

  constructor(options: ImportWorkerOptions) {
    const { store, readModel, streams, imports, importMode, observer } = options;
    this.scheduler = new ImportScheduler({
      ...{ imports, streams },
      intervalMs: options.scheduledImportInterval,
      maxPerMinute: options.maxScheduledImportsPerMinute,
    });
    this.controller = new ImportController({
      ...{ imports, streams, importMode },
      aboutToImport: (key) => this.scheduler.postpone(key),
      ...(observer && { observer }),
    });
    const { controller, scheduler } = this;
    this.reactor = new ImportReactor({
      ...{ store, readModel, streams, controller, scheduler },
      ...(observer && { observer }),
      ...(options.isPassing && { isPassing: options.isPassing }),
    });
    this.group = new ReactorGroup({ tracer: store.instruments?.tracer, ...options.group, reactor: this.reactor });
  }

  /** Resolves when it shares in the work, which it does as soon as the brokers can be reached. */
  async start(): Promise<void> {
    await this.group.start();
    this.scheduler.start();
  }

  /** Interrupts what is being imported; others take it up. */
  async stop(): Promise<void> {
    this.reactor.stop();
    await this.group.stop();
    await Promise.all([this.controller.stop(), this.scheduler.stop()]);
  }
}
