import { Controller, Inject, UseFilters } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { PassOnErrors, type AnswerOf, type RequestOf } from '#lib/remoting';
import { PULL_SECRETS, type PullSecretsOf } from '../importer/pull-credentials.js';
import { PULL_SECRET_CALLS } from './import-calls.js';

type Calls = typeof PULL_SECRET_CALLS;

/** Tells the import service which credentials the imports of a namespace may use. Never to be logged. */
@Controller()
@UseFilters(PassOnErrors)
export class PullSecretsController {
  constructor(@Inject(PULL_SECRETS) private readonly pullSecretsOf: PullSecretsOf) {}

  @MessagePattern(PULL_SECRET_CALLS.of.pattern)
  async of(@Payload() { namespace }: RequestOf<Calls['of']>): Promise<AnswerOf<Calls['of']>> {
    const secrets = await this.pullSecretsOf(namespace);
    return secrets.map(({ format, config }) => ({ format, config }));
  }
}
