import { timed, untimed, type Timed } from '#lib/remoting';
import type { ImageStreamCommand } from '../commands.js';
import { NO_SOURCES } from '../rules/tag-sources.js';

/**
 * A command as it goes over the wire: without what the service finds out for itself, which is what other streams hold and
 * what the namespace allows.
 */
export type WireCommand<Command> = Command extends { readonly now: Date }
  ? Omit<Timed<Command>, 'sources' | 'bounds'>
  : Omit<Command, 'bounds'>;

export function wireCommand<Command extends ImageStreamCommand>(command: Command): WireCommand<Command> {
  const { bounds: _bounds, ...unbounded } = command;
  const { sources: _sources, ...told } = { sources: undefined, ...unbounded };
  return ('now' in told ? timed(told as unknown as { readonly now: Date }) : told) as unknown as WireCommand<Command>;
}

export function commandOfWire<Command extends ImageStreamCommand>(told: WireCommand<Command>): Command {
  const command = ('now' in told ? untimed(told as Timed<{ now: Date }>) : told) as unknown as Command;
  return RESOLVING.has(command.type) ? { ...command, sources: NO_SOURCES } : command;
}

/** Commands that may need to know other streams. */
const RESOLVING: ReadonlySet<ImageStreamCommand['type']> = new Set([
  'CreateStream',
  'UpdateStream',
  'SpecifyTag',
  'RemoveTagSpec',
  'ApplyImport',
]);
