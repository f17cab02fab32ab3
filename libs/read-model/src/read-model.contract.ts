import { describe } from 'vitest';
import type { ContractLog } from './example-log.js';
import { declaredContract } from './projections/declared-projection.contract.js';
import { imagesContract, namespacesContract } from './projections/image-projection.contract.js';
import { imageStreamsContract } from './projections/image-stream-projection.contract.js';
import { tagRevisionsContract } from './projections/tag-revision-projection.contract.js';

/** What holds of read models, wherever they are kept. */
export function readModelContract(name: string, newLog: () => ContractLog): void {
  describe(`${name} keeps the contract of read models:`, () => {
    imageStreamsContract(newLog);
    imagesContract(newLog);
    namespacesContract(newLog);
    tagRevisionsContract(newLog);
    declaredContract(newLog);
  });
}
