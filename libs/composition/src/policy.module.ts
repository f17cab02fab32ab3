import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { AllowList } from '#lib/registry';
import { STREAM_POLICY, type StreamPolicy } from '#lib/stream';

/** Nest token of the registries that may be named and imported from. */
export const ALLOW_LIST = Symbol('AllowList');

/** What the operator decides for all streams. */
@Global()
@Module({
  providers: [
    {
      provide: ALLOW_LIST,
      inject: [CONFIGURATION],
      useFactory: ({ images }: Configuration) =>
        AllowList.from(images.allowedRegistriesForImport, images.internalRegistryHostname),
    },
    {
      provide: STREAM_POLICY,
      inject: [CONFIGURATION, ALLOW_LIST],
      useFactory: ({ images }: Configuration, allowList: AllowList): StreamPolicy => ({
        internalRegistryHostname: images.internalRegistryHostname ?? '',
        refuseImport: (reference, transport) => allowList.check(reference, transport),
      }),
    },
  ],
  exports: [ALLOW_LIST, STREAM_POLICY],
})
export class PolicyModule {}
