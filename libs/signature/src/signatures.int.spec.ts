import { ServiceOverLoopback } from '#lib/testing';
import { RemoteSignatureService } from './remote/remote-signature-service.js';
import { SignatureController } from './remote/signature.controller.js';
import { SignatureService } from './signature-service.js';
import { signaturesContract } from './signatures.contract.js';
import { SIGNATURES } from './signatures.js';

signaturesContract('in this process', async (store) => ({
  signatures: new SignatureService(store),
  close: async () => undefined,
}));

signaturesContract('of a service', async (store) => {
  const service = await ServiceOverLoopback.start({
    controllers: [SignatureController],
    providers: [{ provide: SIGNATURES, useValue: new SignatureService(store) }],
  });
  return {
    signatures: new RemoteSignatureService(service.client, new SignatureService(store)),
    close: () => service.stop(),
  };
});
