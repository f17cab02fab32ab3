export type {
  AddSignature,
  DiscardSignatures,
  RecordVerification,
  RemoveSignature,
  ReplaceSignatures,
  SentSignature,
  SignaturesCommand,
} from './commands.js';
export { parseContent } from './content/parse-content.js';
export { signaturesDecider } from './decide.js';
export { isSignatureName, MAX_CONTENT_BYTES, validateSignature } from './rules/signature-validation.js';
export { SignatureModule } from './signature.module.js';
export { SignatureService } from './signature-service.js';
export { SIGNATURES } from './signatures.js';
export type { Signatures, SignaturesPreview, SignaturesRequest, SignaturesWritten } from './signatures.js';
export { RemoteSignatureService } from './remote/remote-signature-service.js';
export { SignatureController } from './remote/signature.controller.js';
