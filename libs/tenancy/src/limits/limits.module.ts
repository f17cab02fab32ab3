import { Inject, Injectable, Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { DeclaredFollower, LIMIT_KINDS, READ_MODEL, type LimitKind, type ReadModel } from '#lib/read-model';
import { LimitIndex } from './limit-index.js';

export interface LimitsOptions {
  /** Whether there are any: a server whose namespaces are those of a cluster has none of its own. Default true. */
  readonly enforced?: boolean;
  /** Told when limits can no longer be followed: what is decided from then on may be wrong. */
  readonly onFailure?: (error: unknown) => void;
}

/** Keeps the index of limits as the log has them. */
export class LimitFollower extends DeclaredFollower<LimitKind> {
  constructor(
    index: LimitIndex,
    store: EventStore,
    readModel: Pick<ReadModel, 'position' | 'waitFor' | 'declaredList'>,
  ) {
    super(LIMIT_KINDS, index, store, readModel);
  }
}

/** Stops to follow the log before the store is closed. */
@Injectable()
class LimitsLifecycle implements BeforeApplicationShutdown {
  constructor(@Inject(LimitFollower) private readonly follower: LimitFollower) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.follower.stop();
  }
}

/**
 * Offers what bounds each namespace, from memory. The app binds {@link EVENT_STORE} and {@link READ_MODEL}.
 */
@Module({})
export class LimitsModule {
  static forRoot({ enforced = true, onFailure }: LimitsOptions = {}): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      providers: [
        { provide: LimitIndex, useFactory: () => new LimitIndex() },
        {
          provide: LimitFollower,
          inject: [LimitIndex, EVENT_STORE, READ_MODEL],
          useFactory: async (index: LimitIndex, store: EventStore, readModel: ReadModel) => {
            const follower = new LimitFollower(index, store, readModel);
            if (enforced) await follower.start(onFailure);
            return follower;
          },
        },
        LimitsLifecycle,
      ],
      exports: [LimitIndex, LimitFollower],
    };
  }
}
