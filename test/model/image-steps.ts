import fc from 'fast-check';
import { expect } from 'vitest';
import type { UserMetadata } from '#lib/events';
import { CALLER, IMAGES, Step } from './step.js';
import type { FoldedLog } from './folded-log.js';

const image = fc.constantFrom(...IMAGES);
const signatureNames = (digest: string): string[] => ['one', 'two'].map((name) => `${digest}@${name}`);

const metadata = (team: string): UserMetadata => ({
  labels: { team },
  annotations: {},
  finalizers: [],
  ownerReferences: [],
});

const isRegistered =
  (digest: string) =>
  (log: Readonly<FoldedLog>): boolean =>
    log.now.images.has(digest);

const content = (digest: string) => ({ dockerImageReference: `registry.example.com/one/app@${digest}` });

const registering = fc.tuple(image, fc.constantFrom('refuse', 'keep')).map(
  ([digest, existing]) =>
    new Step(`register ${digest[7]} (${existing})`, (log, { system, clock }) => ({
      refusals: [existing === 'refuse' && log.now.images.has(digest) ? 'already-exists' : 'none'],
      run: () => {
        const now = clock();
        return system.images.register(
          {
            name: digest,
            uid: `uid-${now.getTime()}`,
            now,
            origin: 'push',
            metadata: metadata('x'),
            content: content(digest),
            existing,
          },
          CALLER,
        );
      },
      then: (after) => expect(after.now.images.has(digest)).toBe(true),
    })),
);

const revising = fc.tuple(image, fc.constantFrom('x', 'y')).map(
  ([digest, team]) =>
    new Step(`revise ${digest[7]} ${team}`, (log, { system, clock }) => ({
      refusals: [log.now.images.has(digest) ? 'none' : 'not-found'],
      run: () =>
        system.images.revise(
          { name: digest, now: clock(), metadata: metadata(team), content: content(digest) },
          CALLER,
        ),
      then: (after) => expect(after.now.images.get(digest)?.image.metadata.labels).toEqual({ team }),
    })),
);

const deleting = image.map(
  (digest) =>
    new Step(
      `delete ${digest[7]}`,
      (_log, { system }) => ({
        refusals: ['none'],
        run: async () => {
          await system.signatures.discard({ image: digest }, CALLER);
          await system.images.delete({ now: new Date(), name: digest }, CALLER);
        },
        then: (after) => expect(after.now.images.has(digest)).toBe(false),
      }),
      isRegistered(digest),
    ),
);

const signing = fc.tuple(image, fc.nat(1), fc.nat(1)).map(([digest, which, what]) => {
  const name = signatureNames(digest)[which] ?? '';
  const sent = { name, type: 'atomic', content: Buffer.from(`signature ${what}`).toString('base64') };
  return new Step(
    `sign ${digest[7]} as ${which}`,
    (log, { system, clock }) => {
      const known = log.now.images.get(digest)?.signatures ?? [];
      const taken = known.some((other) => other.name === name || other.content === sent.content);
      return {
        refusals: [taken ? 'already-exists' : 'none'],
        run: () => system.signatures.add({ image: digest, signature: sent, uid: `uid-${which}`, now: clock() }, CALLER),
        then: (after) => expect(after.now.images.get(digest)?.signatures.map((one) => one.name)).toContain(name),
      };
    },
    isRegistered(digest),
  );
});

const judging = fc.tuple(image, fc.nat(1), fc.constantFrom('True', 'False')).map(([digest, which, status]) => {
  const name = signatureNames(digest)[which] ?? '';
  const conditions = ['Trusted', 'ForImage'].map((type) => ({
    ...{ type, status, lastProbeTime: null, lastTransitionTime: null },
  }));
  return new Step(
    `judge signature ${which} of ${digest[7]}: ${status}`,
    (log, { system }) => {
      const known = log.now.images.get(digest)?.signatures.some((one) => one.name === name) ?? false;
      return {
        refusals: known ? ['none', 'invalid'] : ['not-found'],
        run: () => system.signatures.recordVerification({ image: digest, name, conditions, claims: {} }, CALLER),
      };
    },
    isRegistered(digest),
  );
});

const removingSignature = fc.tuple(image, fc.nat(1)).map(([digest, which]) => {
  const name = signatureNames(digest)[which] ?? '';
  return new Step(
    `remove signature ${which} of ${digest[7]}`,
    (log, { system }) => ({
      refusals: [log.now.images.get(digest)?.signatures.some((one) => one.name === name) ? 'none' : 'not-found'],
      run: () => system.signatures.remove({ image: digest, name }, CALLER),
    }),
    isRegistered(digest),
  );
});

/** What changes images and their signatures. */
export const imageSteps = [
  { weight: 3, arbitrary: registering },
  { weight: 1, arbitrary: revising },
  { weight: 1, arbitrary: deleting },
  { weight: 2, arbitrary: signing },
  { weight: 1, arbitrary: judging },
  { weight: 1, arbitrary: removingSignature },
];
