import fc from 'fast-check';
import { expect } from 'vitest';
import type { TagReference, TagState } from '#lib/events';
import { NO_SOURCES, type ImportedTag } from '#lib/stream';
import { WINDOW } from './image-system.js';
import { CALLER, creationOf, headOf, split, Step, streamIn } from './step.js';
import { image, stream, tag } from './wishes.js';

/** Several at once, as the jobs of a pipeline do. */
const pushing = fc
  .tuple(
    stream,
    fc.uniqueArray(fc.tuple(tag, image), { minLength: 1, maxLength: 3, selector: ([name]) => name }),
    stream,
  )
  .map(
    ([id, moves, repository]) =>
      new Step(
        `push ${id} ${moves.map(([name, digest]) => `${name}=${digest[7]}`).join(' ')}`,
        (log, { system, clock }) => {
          const { namespace, name } = split(id);
          const now = clock();
          return {
            refusals: [streamIn(log, id) === undefined ? 'not-found' : 'none'],
            run: () =>
              Promise.all(
                moves.map(([pushed, digest]) =>
                  system.streams.push(
                    namespace,
                    {
                      type: 'PushTag',
                      name,
                      tag: pushed,
                      image: digest,
                      dockerImageReference: reference(repository, digest),
                      ownRepository: false,
                      now,
                    },
                    CALLER,
                  ),
                ),
              ),
            // A tag that tracks another of them may have followed it since.
            then: (after) =>
              expect(moves.map(([, digest]) => digest)).toEqual(
                expect.arrayContaining([...new Set(moves.map(([pushed]) => headOf(after, id, pushed)))]),
              ),
          };
        },
      ),
  );

const importing = fc
  .tuple(
    stream,
    fc.uniqueArray(fc.tuple(tag, fc.option(image)), { maxLength: 3, selector: ([name]) => name }),
    fc.boolean(),
  )
  .map(
    ([id, results, specifyOnFailure]) =>
      new Step(
        `import ${id} ${results.map(([name, digest]) => `${name}=${digest?.[7] ?? 'failed'}`).join(' ')}`,
        (log, subject) => {
          const before = streamIn(log, id);
          const tags = results.map(([name, digest]): ImportedTag => ({
            tag: name,
            from: `registry.example.com/${id}:${name}`,
            importPolicy: { importMode: 'Legacy' },
            referencePolicy: { type: 'Source' },
            specifyOnFailure,
            result:
              digest === null
                ? { kind: 'failure', reason: 'NotFound', message: 'not there' }
                : { kind: 'success', image: digest, dockerImageReference: reference(id, digest) },
          }));
          return {
            // Writing a failure down may need another look at a stream that is gone.
            refusals: ['none', 'invalid'],
            run: () =>
              subject.system.streams.applyImport(
                split(id).namespace,
                {
                  type: 'ApplyImport',
                  creation: creationOf(id, subject),
                  importUid: 'import',
                  tags,
                  now: subject.clock(),
                  sources: NO_SOURCES,
                },
                CALLER,
              ),
            then: (after) => {
              for (const [name, digest] of results) {
                const state = streamIn(after, id)?.tags.get(name);
                const was = before?.tags.get(name);
                if (digest !== null) {
                  expect(state?.conditions).toEqual([]);
                  // A wish for another tag stands where nothing new was found, and that one may have moved.
                  if (isLookedUp(was?.spec) && shows(was, reference(id, digest))) {
                    expect(state?.spec?.from).toEqual(was?.spec?.from);
                  } else {
                    expect(state?.history.head?.image).toBe(digest);
                  }
                } else {
                  // A tag whose wish names another tag follows that one, also out of its own failure.
                  if (isLookedUp(was?.spec)) continue;
                  expect(state?.conditions).toMatchObject([{ type: 'ImportSuccess', status: 'False' }]);
                  expect(state?.history.toArray()).toEqual(was?.history.toArray() ?? []);
                }
              }
            },
          };
        },
      ),
  );

/** Takes some of what a client sees out of the histories, or writes one that nobody has seen before. */
const replacingStatus = fc
  .tuple(
    stream,
    fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
    fc.option(fc.tuple(tag, fc.array(image, { maxLength: 5 }))),
  )
  .map(
    ([id, kept, written]) =>
      new Step(
        `replace status of ${id} ${written === null ? `keeping ${kept.map(Number).join('')}` : `${written[0]}=${written[1].map((digest) => digest[7]).join('')}`}`,
        (log, { system, clock }) => {
          const before = streamIn(log, id);
          let next = 0;
          const visible = [...(before?.tags ?? [])].map(([name, { history, conditions }]) => ({
            tag: name,
            conditions,
            items: history.toArray(WINDOW).filter(() => written !== null || kept[next++ % kept.length]),
          }));
          const replaced =
            written === null
              ? []
              : [
                  {
                    tag: written[0],
                    conditions: [],
                    items: written[1].map((digest) => ({
                      created: clock().toISOString(),
                      dockerImageReference: reference(id, digest),
                      image: digest,
                      generation: 0,
                    })),
                  },
                ];
          const { namespace, name } = split(id);
          return {
            refusals: [before === undefined ? 'not-found' : 'none'],
            run: () =>
              system.streams.replaceStatus(
                namespace,
                {
                  type: 'ReplaceStatus',
                  name,
                  metadata: before?.header.metadata ?? {
                    labels: {},
                    annotations: {},
                    finalizers: [],
                    ownerReferences: [],
                  },
                  tags: [...visible.filter((status) => status.tag !== written?.[0]), ...replaced],
                  window: WINDOW,
                },
                CALLER,
              ),
            then: (after) => {
              for (const [tagName, { history }] of before?.tags ?? []) {
                const beyond = history.toArray().slice(WINDOW);
                const left = streamIn(after, id)?.tags.get(tagName)?.history.toArray() ?? [];
                expect(left.slice(left.length - beyond.length)).toEqual(beyond);
              }
            },
          };
        },
      ),
  );

const reference = (id: string, digest: string): string => `registry.example.com/${id}@${digest}`;

const isLookedUp = (wanted: TagReference | null | undefined): boolean =>
  wanted?.reference === true || (wanted?.from?.kind ?? 'DockerImage') !== 'DockerImage';

/** Whether a tag shows an image that was wished for no later than it was found. */
const shows = (tagState: TagState | undefined, pullSpec: string): boolean => {
  const head = tagState?.history.head;
  return head?.dockerImageReference === pullSpec && (tagState?.spec?.generation ?? Infinity) <= head.generation;
};

/** What moves tags, and what writes their histories. */
export const statusSteps = [
  { weight: 6, arbitrary: pushing },
  { weight: 3, arbitrary: importing },
  { weight: 2, arbitrary: replacingStatus },
];
