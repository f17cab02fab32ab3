import type { DynamicModule } from '@nestjs/common';
import { GroupsModule, RbacModule, type Delegate } from '#lib/access';
import type { Configuration } from '#lib/config';
import type { Logger } from '#lib/observability';
import { LimitsModule } from '#lib/tenancy';

export interface FollowedBy {
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** A Kubernetes API server that decides in place of this installation. */
  readonly delegate: Delegate | undefined;
}

/** Roles, groups and limits, which are followed in the log because they are asked with every request. */
export const followedModules = ({ configuration, logger, delegate }: FollowedBy): readonly DynamicModule[] => [
  RbacModule.forRoot({
    selfProvisioning: configuration.access.selfProvisioning,
    authorizer: delegate?.authorizer,
    onFailure: (error) => {
      logger.fatal({ err: error }, 'roles can no longer be followed, and nothing can be decided by old ones');
      process.exit(1);
    },
  }),
  GroupsModule.forRoot({
    counted: delegate === undefined,
    onFailure: (error) => {
      logger.fatal({ err: error }, 'groups can no longer be followed, and nobody can be let in by old ones');
      process.exit(1);
    },
  }),
  LimitsModule.forRoot({
    enforced: delegate === undefined,
    onFailure: (error) => {
      logger.fatal({ err: error }, 'limits can no longer be followed, and nothing can be held to old ones');
      process.exit(1);
    },
  }),
];
