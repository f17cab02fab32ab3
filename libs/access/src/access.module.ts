import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { AUTHENTICATOR } from './authenticate/authenticator.js';
import { configuredAuthenticators, type AuthenticationOptions } from './authenticate/configured-authenticators.js';

const CONFIGURED = Symbol('ConfiguredAuthenticators');

type Configured = Awaited<ReturnType<typeof configuredAuthenticators>>;

/** Lets go of files and connections when the app ends. */
@Injectable()
class AuthenticationLifecycle implements OnApplicationShutdown {
  constructor(@Inject(CONFIGURED) private readonly configured: Configured) {}

  async onApplicationShutdown(): Promise<void> {
    await this.configured.close();
  }
}

/** Offers the authenticator that every request goes through. Who may do what is for {@link RbacModule}. */
@Module({})
export class AccessModule {
  static forRoot(options: AuthenticationOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        { provide: CONFIGURED, useFactory: () => configuredAuthenticators(options) },
        { provide: AUTHENTICATOR, inject: [CONFIGURED], useFactory: ({ authenticator }: Configured) => authenticator },
        AuthenticationLifecycle,
      ],
      exports: [AUTHENTICATOR],
    };
  }
}
