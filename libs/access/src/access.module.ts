import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { AUTHENTICATOR, type Authenticator } from './authenticate/authenticator.js';
import { AuthenticatorChain } from './authenticate/authenticator-chain.js';
import { configuredAuthenticators, type AuthenticationOptions } from './authenticate/configured-authenticators.js';
import { GroupIndex } from './groups/group-index.js';
import { GroupFollower } from './groups/groups.module.js';
import { MembershipAuthenticator } from './groups/membership-authenticator.js';
import {
  SERVICE_ACCOUNTS,
  ServiceAccountAuthenticator,
  type ServiceAccounts,
} from './service-accounts/service-account-authenticator.js';
import { TOKEN_ISSUER, TokenIssuer } from './service-accounts/token-issuer.js';
import { TOKEN_REVIEWER, TokenReviewer } from './service-accounts/token-reviewer.js';

const CONFIGURED = Symbol('ConfiguredAuthenticators');
const ACCOUNTS = Symbol('ServiceAccountAuthenticator');

type Configured = Awaited<ReturnType<typeof configuredAuthenticators>>;

export interface AccessOptions extends AuthenticationOptions {
  /** PEM of the private key that tokens of service accounts are signed with. */
  readonly tokenKey: string;
}

/** Lets go of files and connections when the app ends. */
@Injectable()
class AuthenticationLifecycle implements OnApplicationShutdown {
  constructor(@Inject(CONFIGURED) private readonly configured: Configured) {}

  async onApplicationShutdown(): Promise<void> {
    await this.configured.close();
  }
}

/**
 * Offers the authenticator that every request goes through, and the issuer of the tokens that it knows. Who may do what is
 * for {@link RbacModule}, who is in which group for {@link GroupsModule}. The app binds {@link SERVICE_ACCOUNTS}.
 */
@Module({})
export class AccessModule {
  static forRoot({ tokenKey, ...options }: AccessOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        { provide: CONFIGURED, useFactory: () => configuredAuthenticators(options) },
        { provide: TOKEN_ISSUER, useFactory: () => TokenIssuer.open(tokenKey) },
        // A server that leaves it to another one who somebody is has no accounts of its own.
        {
          provide: ACCOUNTS,
          inject: [TOKEN_ISSUER, SERVICE_ACCOUNTS],
          useFactory: (issuer: TokenIssuer, accounts: ServiceAccounts) =>
            options.delegate === undefined ? new ServiceAccountAuthenticator(issuer, accounts) : undefined,
        },
        // Nobody is let in before it is known which groups name them.
        {
          provide: AUTHENTICATOR,
          inject: [CONFIGURED, ACCOUNTS, GroupIndex, GroupFollower],
          useFactory: (
            { authenticators }: Configured,
            accounts: ServiceAccountAuthenticator | undefined,
            groups: GroupIndex,
          ) => {
            const chain = new AuthenticatorChain([...authenticators, ...(accounts === undefined ? [] : [accounts])]);
            return new MembershipAuthenticator(chain, groups);
          },
        },
        {
          provide: TOKEN_REVIEWER,
          inject: [AUTHENTICATOR, ACCOUNTS, GroupIndex],
          useFactory: (
            authenticator: Authenticator,
            accounts: ServiceAccountAuthenticator | undefined,
            groups: GroupIndex,
          ) => new TokenReviewer(authenticator, accounts, groups),
        },
        AuthenticationLifecycle,
      ],
      exports: [AUTHENTICATOR, TOKEN_ISSUER, TOKEN_REVIEWER],
    };
  }
}
