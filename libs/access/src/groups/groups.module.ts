import { Inject, Injectable, Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { DeclaredFollower, READ_MODEL, type ReadModel } from '#lib/read-model';
import { GroupIndex } from './group-index.js';

export interface GroupsOptions {
  /** Whether groups count: a server that leaves it to another one who may do what has none. Default true. */
  readonly counted?: boolean;
  /** Told when groups can no longer be followed: who is in them may be wrong from then on. */
  readonly onFailure?: (error: unknown) => void;
}

/** Keeps the index of groups as the log has them. */
export class GroupFollower extends DeclaredFollower<'group'> {
  constructor(
    index: GroupIndex,
    store: EventStore,
    readModel: Pick<ReadModel, 'position' | 'waitFor' | 'declaredList'>,
  ) {
    super(['group'], index, store, readModel);
  }
}

/** Stops to follow the log before the store is closed. */
@Injectable()
class GroupsLifecycle implements BeforeApplicationShutdown {
  constructor(@Inject(GroupFollower) private readonly follower: GroupFollower) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.follower.stop();
  }
}

/** Offers who is in which group, from memory. The app binds {@link EVENT_STORE} and {@link READ_MODEL}. */
@Module({})
export class GroupsModule {
  static forRoot({ counted = true, onFailure }: GroupsOptions = {}): DynamicModule {
    return {
      module: GroupsModule,
      global: true,
      providers: [
        { provide: GroupIndex, useFactory: () => new GroupIndex() },
        {
          provide: GroupFollower,
          inject: [GroupIndex, EVENT_STORE, READ_MODEL],
          useFactory: async (index: GroupIndex, store: EventStore, readModel: ReadModel) => {
            const follower = new GroupFollower(index, store, readModel);
            if (counted) await follower.start(onFailure);
            return follower;
          },
        },
        GroupsLifecycle,
      ],
      exports: [GroupIndex, GroupFollower],
    };
  }
}
