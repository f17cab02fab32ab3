import { Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { SignatureService } from './signature-service.js';
import { SIGNATURES } from './signatures.js';

/** Offers the {@link SIGNATURES} of this process, on the event store that the app binds globally. */
@Module({
  providers: [
    {
      provide: SignatureService,
      useFactory: (store: EventStore) => new SignatureService(store),
      inject: [EVENT_STORE],
    },
    { provide: SIGNATURES, useExisting: SignatureService },
  ],
  exports: [SignatureService, SIGNATURES],
})
export class SignatureModule {}
