import { completesCommand, type RecordedEvent } from '#lib/events';

/** Pages of a log end anywhere; this cuts them where commands end. */
export class WholeCommands {
  private begun: readonly RecordedEvent[] = [];

  /** @returns the events of the commands that are complete with this page. */
  take(page: readonly RecordedEvent[]): readonly RecordedEvent[] {
    const events = this.begun.length === 0 ? page : [...this.begun, ...page];
    const complete = events.findLastIndex(({ metadata }) => completesCommand(metadata)) + 1;
    this.begun = events.slice(complete);
    return this.begun.length === 0 ? events : events.slice(0, complete);
  }
}
