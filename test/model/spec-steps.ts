import fc from 'fast-check';
import { expect } from 'vitest';
import { NO_SOURCES } from '#lib/stream';
import { CALLER, creationOf, split, Step, streamIn } from './step.js';
import { metadata, spec, stream, tag, wish } from './wishes.js';

const creating = fc.tuple(stream, spec, metadata).map(
  ([id, desired, meta]) =>
    new Step(`create ${id} ${JSON.stringify(desired.tags)}`, (log, subject) => ({
      refusals: streamIn(log, id) === undefined ? ['none', 'invalid'] : ['already-exists'],
      run: () =>
        subject.system.streams.create(
          split(id).namespace,
          {
            type: 'CreateStream',
            creation: creationOf(id, subject),
            metadata: meta,
            spec: desired,
            now: subject.clock(),
            sources: NO_SOURCES,
          },
          CALLER,
        ),
      then: (after) => expect(streamIn(after, id)?.header.generation).toBe(1),
    })),
);

const updating = fc.tuple(stream, spec, metadata).map(
  ([id, desired, meta]) =>
    new Step(`update ${id} ${JSON.stringify(desired.tags)}`, (log, { system, clock }) => ({
      refusals: streamIn(log, id) === undefined ? ['not-found'] : ['none', 'invalid'],
      run: () =>
        system.streams.update(
          split(id).namespace,
          {
            type: 'UpdateStream',
            name: split(id).name,
            metadata: meta,
            spec: desired,
            now: clock(),
            sources: NO_SOURCES,
          },
          CALLER,
        ),
      then: (after) => {
        const wanted = [...(streamIn(after, id)?.tags ?? [])].flatMap(([name, state]) => (state.spec ? [name] : []));
        expect(wanted.sort()).toEqual([...new Set(desired.tags.map(({ name }) => name))].sort());
        expect(streamIn(after, id)?.header.metadata.labels).toEqual(meta.labels);
      },
    })),
);

const specifying = fc.tuple(stream, wish, fc.constantFrom('refuse', 'replace')).map(
  ([id, wanted, existing]) =>
    new Step(`specify ${id}:${wanted.name} (${existing}) ${JSON.stringify(wanted.from)}`, (log, subject) => {
      const known = streamIn(log, id)?.tags.get(wanted.name)?.spec ?? null;
      return {
        refusals: known !== null && existing === 'refuse' ? ['already-exists', 'invalid'] : ['none', 'invalid'],
        run: () =>
          subject.system.streams.specifyTag(
            split(id).namespace,
            {
              type: 'SpecifyTag',
              creation: creationOf(id, subject),
              tag: wanted.name,
              reference: wanted,
              existing,
              now: subject.clock(),
              sources: NO_SOURCES,
            },
            CALLER,
          ),
        then: (after) => {
          const { spec: now } = streamIn(after, id)?.tags.get(wanted.name) ?? {};
          expect(now?.from).toEqual(wanted.from);
          expect(now?.generation).toBeLessThanOrEqual(streamIn(after, id)?.header.generation ?? 0);
        },
      };
    }),
);

const withdrawing = fc.tuple(stream, tag).map(
  ([id, name]) =>
    new Step(`withdraw ${id}:${name}`, (log, { system, clock }) => {
      const before = streamIn(log, id);
      const { namespace, name: streamName } = split(id);
      return {
        refusals: [before === undefined ? 'not-found' : 'none'],
        run: () =>
          system.streams.removeTagSpec(
            namespace,
            { type: 'RemoveTagSpec', name: streamName, tag: name, now: clock(), sources: NO_SOURCES },
            CALLER,
          ),
        then: (after) => {
          const [was, is] = [before?.tags.get(name), streamIn(after, id)?.tags.get(name)];
          expect(is?.spec ?? null).toBeNull();
          expect(is?.history.toArray() ?? []).toEqual(was?.history.toArray() ?? []);
        },
      };
    }),
);

const deletingTag = fc.tuple(stream, tag).map(
  ([id, name]) =>
    new Step(`delete ${id}:${name}`, (log, { system }) => ({
      refusals: [streamIn(log, id)?.tags.has(name) ? 'none' : 'not-found'],
      run: () => {
        const { namespace, name: streamName } = split(id);
        return system.streams.deleteTag(namespace, { type: 'DeleteTag', name: streamName, tag: name }, CALLER);
      },
      then: (after) => expect(streamIn(after, id)?.tags.has(name)).toBe(false),
    })),
);

const deletingStream = stream.map(
  (id) =>
    new Step(`delete ${id}`, (log, { system }) => ({
      refusals: [streamIn(log, id) === undefined ? 'not-found' : 'none'],
      run: () => {
        const { namespace, name } = split(id);
        return system.streams.delete(namespace, { type: 'DeleteStream', now: new Date(), name }, CALLER);
      },
      then: (after) => expect(streamIn(after, id)).toBeUndefined(),
    })),
);

/** What changes what is wanted of a stream, and whether there is one. */
export const specSteps = [
  { weight: 2, arbitrary: creating },
  { weight: 2, arbitrary: updating },
  { weight: 4, arbitrary: specifying },
  { weight: 1, arbitrary: withdrawing },
  { weight: 1, arbitrary: deletingTag },
  { weight: 1, arbitrary: deletingStream },
];
