import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '#lib/events';
import { WholeCommands } from './whole-commands.js';

const command = (count: number): RecordedEvent[] =>
  Array.from({ length: count }, (_, index) => ({ metadata: { part: { index, count } } }) as RecordedEvent);

const sizes = (pages: readonly (readonly RecordedEvent[])[]): number[] => {
  const commands = new WholeCommands();
  return pages.map((page) => commands.take(page).length);
};

describe('pages of a log, cut where commands end', () => {
  it('stay as they are when they end with a command', () => {
    const page = [...command(1), ...command(3)];
    expect(new WholeCommands().take(page)).toBe(page);
  });

  it('leave a command that goes on to the page that completes it', () => {
    const three = command(3);
    expect(
      sizes([[...command(2), ...three.slice(0, 1)], three.slice(1, 2), [...three.slice(2), ...command(1)]]),
    ).toEqual([2, 0, 4]);
  });
});
