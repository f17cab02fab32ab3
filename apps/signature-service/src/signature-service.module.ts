import { Module } from '@nestjs/common';
import { SignatureController, SignatureModule } from '#lib/signature';

/** Signatures, and the calls for them. */
@Module({ imports: [SignatureModule], controllers: [SignatureController] })
export class SignatureServiceModule {}
