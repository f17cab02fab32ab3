import { Refusal, type Decider } from '#lib/event-store';
import type { ImageStreamImportEvent, ImportRequested } from '#lib/events';
import type { ImportCommand } from './commands.js';

/** An import is asked for once, and ends once. */
export type ImportState =
  | { readonly phase: 'unknown' }
  | {
      readonly phase: 'running' | 'completed' | 'failed';
      readonly uid: string;
      readonly namespace: string;
      readonly name: string;
    };

/** One import as a decider. */
export const importDecider: Decider<ImportState, ImportCommand, ImageStreamImportEvent> = {
  initialState: { phase: 'unknown' },
  evolve: (_state, event) => {
    const { uid, namespace, name } = event.data;
    return { phase: PHASES[event.type], uid, namespace, name };
  },
  decide: (command, state) => {
    switch (command.type) {
      case 'RequestImport':
        return [{ type: 'ImportRequested', data: requested(command, state) }];
      case 'CompleteImport': {
        const { outcomes, additionalTags, durationMs } = command;
        return [{ type: 'ImportCompleted', data: { ...running(state), outcomes, additionalTags, durationMs } }];
      }
      case 'FailImport': {
        const { reason, message } = command;
        return [{ type: 'ImportFailed', data: { ...running(state), reason, message } }];
      }
    }
  },
};

const PHASES: Readonly<Record<ImageStreamImportEvent['type'], 'running' | 'completed' | 'failed'>> = {
  ImportRequested: 'running',
  ImportCompleted: 'completed',
  ImportFailed: 'failed',
};

function requested(
  { type: _type, ...data }: Extract<ImportCommand, { type: 'RequestImport' }>,
  state: ImportState,
): ImportRequested['data'] {
  if (state.phase !== 'unknown') {
    throw new Refusal('already-exists', data.uid, `import "${data.uid}" was asked for before`);
  }
  if (data.images.length === 0 && data.repository === undefined) {
    throw new Refusal('invalid', data.uid, 'an import must name at least one image or a repository');
  }
  return data;
}

/** Whose end is noted: only an import that was asked for, and has not ended yet. */
function running(state: ImportState): { uid: string; namespace: string; name: string } {
  if (state.phase === 'unknown') throw new Refusal('not-found', '', 'the import was never asked for');
  const { uid, namespace, name } = state;
  if (state.phase !== 'running') throw new Refusal('conflict', uid, `import "${uid}" has ended already`);
  return { uid, namespace, name };
}
