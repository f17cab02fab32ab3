import { Global, Module } from '@nestjs/common';
import { PULL_SECRETS, type PullSecretsOf } from '#lib/import';
import { PULL_SECRET_SOURCE, type PullSecretSource } from '#lib/tenancy';

/** The credentials that imports may use, where they are kept. */
@Global()
@Module({
  providers: [{ provide: PULL_SECRETS, inject: [PULL_SECRET_SOURCE], useFactory: pullSecretsOf }],
  exports: [PULL_SECRETS],
})
export class PullSecretsModule {}

function pullSecretsOf(source: PullSecretSource): PullSecretsOf {
  return (namespace) => source.of(namespace);
}
