/** A command as it goes over the wire: JSON has no dates. */
export type Timed<Command> = Omit<Command, 'now'> & { readonly now: string };

export const timed = <Command extends { readonly now: Date }>(command: Command): Timed<Command> => ({
  ...command,
  now: command.now.toISOString(),
});

export const untimed = <Command extends { readonly now: Date }>(command: Timed<Command>): Command =>
  ({ ...command, now: new Date(command.now) }) as unknown as Command;
