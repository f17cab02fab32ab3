import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AUTHENTICATOR } from './authenticate/authenticator.js';
import { AuthenticatorChain } from './authenticate/authenticator-chain.js';
import { StaticTokenAuthenticator } from './authenticate/static-token-authenticator.js';
import { AUTHORIZER } from './authorize/authorizer.js';
import { BUILTIN_RULES } from './authorize/builtin-rules.js';
import { GroupAuthorizer } from './authorize/group-authorizer.js';
import type { Identity } from './pki/identity.js';
import { ADMIN } from './user.js';

/** Offers the authenticator and the authorizer that every request goes through. */
@Module({})
export class AccessModule {
  static forRoot({ adminToken }: Pick<Identity, 'adminToken'>): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        {
          provide: AUTHENTICATOR,
          useFactory: () => new AuthenticatorChain([new StaticTokenAuthenticator(adminToken, ADMIN)]),
        },
        { provide: AUTHORIZER, useFactory: () => new GroupAuthorizer(BUILTIN_RULES) },
      ],
      exports: [AUTHENTICATOR, AUTHORIZER],
    };
  }
}
