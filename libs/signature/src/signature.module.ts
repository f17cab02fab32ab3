import { Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { SignatureService } from './signature-service.js';

/** Offers the {@link SignatureService} on the event store that the app binds globally. */
@Module({
  providers: [
    {
      provide: SignatureService,
      useFactory: (store: EventStore) => new SignatureService(store),
      inject: [EVENT_STORE],
    },
  ],
  exports: [SignatureService],
})
export class SignatureModule {}
