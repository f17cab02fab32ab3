import { InProcessRegistry } from '../../libs/testing/src/in-process-registry/in-process-registry.js';
import type { RegistryContents } from './registry-process.js';

/** A record of the requests would only grow. */
const FORGET_MS = 1_000;

const { small, repositories, tags, delayMs = 0 } = JSON.parse(process.argv[2] ?? '') as RegistryContents;
const registry = await InProcessRegistry.start({ delayMs });
for (let number = 0; number < small; number++) {
  registry.image({ repository: 'bench/small', tag: `t${number}`, env: [`NUMBER=${number}`] });
}
for (let repository = 0; repository < repositories; repository++) {
  for (let tag = 0; tag < tags; tag++) {
    registry.image({ repository: `bench/repository-${repository}`, tag: `t${tag}`, env: [`NUMBER=${tag}`] });
  }
}
setInterval(() => registry.resetCounters(), FORGET_MS);
process.send?.(registry.host);
process.once('disconnect', () => process.exit(0));
