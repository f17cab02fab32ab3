import { Inject, Injectable, Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { READ_MODEL, type ReadModel } from '#lib/read-model';
import { AUTHORIZER, type Authorizer } from '../authorize/authorizer.js';
import { builtinDocuments, type BuiltinOptions } from './builtin-documents.js';
import { RbacAuthorizer } from './rbac-authorizer.js';
import { RbacFollower } from './rbac-follower.js';
import { RbacIndex } from './rbac-index.js';

export interface RbacOptions extends BuiltinOptions {
  /** Decides in place of roles and bindings. */
  readonly authorizer?: Authorizer | undefined;
  /** Told when roles can no longer be followed: what is decided from then on may be wrong. */
  readonly onFailure?: (error: unknown) => void;
}

/** Stops to follow the log before the store is closed. */
@Injectable()
class RbacLifecycle implements BeforeApplicationShutdown {
  constructor(@Inject(RbacFollower) private readonly follower: RbacFollower) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.follower.stop();
  }
}

/** Offers the authorizer that decides by roles and bindings. The app binds {@link EVENT_STORE} and {@link READ_MODEL}. */
@Module({})
export class RbacModule {
  static forRoot({ onFailure, authorizer, ...builtin }: RbacOptions): DynamicModule {
    return {
      module: RbacModule,
      global: true,
      providers: [
        { provide: RbacIndex, useFactory: () => new RbacIndex(builtinDocuments(builtin)) },
        {
          provide: RbacFollower,
          inject: [RbacIndex, EVENT_STORE, READ_MODEL],
          useFactory: async (index: RbacIndex, store: EventStore, readModel: ReadModel) => {
            const follower = new RbacFollower(index, store, readModel);
            await follower.start(onFailure);
            return follower;
          },
        },
        // Nobody decides by roles before they are known.
        {
          provide: AUTHORIZER,
          inject: [RbacIndex, RbacFollower],
          useFactory: (index: RbacIndex) => authorizer ?? new RbacAuthorizer(index),
        },
        RbacLifecycle,
      ],
      exports: [AUTHORIZER, RbacIndex, RbacFollower],
    };
  }
}
