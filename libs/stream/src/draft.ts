import type { HistoryMove, ImageStreamEvent, StreamHeader, TagItem, TagState } from '#lib/events';
import { evolve, tagStateOf, type ImageStream } from './image-stream.js';
import { takeIn } from './rules/history-rule.js';

/** A decision in the making: the events so far, and the stream as it stands after them. */
export class Draft {
  readonly events: ImageStreamEvent[] = [];
  /** Tags whose newest item changed. */
  readonly movedTags = new Set<string>();

  constructor(private stream: ImageStream) {}

  get current(): ImageStream {
    return this.stream;
  }

  /** The stream's header; the decision must have made sure that there is one. */
  get header(): StreamHeader {
    const { header } = this.stream;
    if (header === undefined) throw new Error('the draft has no stream yet');
    return header;
  }

  tag(name: string): TagState {
    return tagStateOf(this.stream, name);
  }

  /** The tags that track a tag. */
  trackersOf(tag: string): Iterable<string> {
    return this.stream.trackers.get(tag) ?? [];
  }

  emit(event: ImageStreamEvent): void {
    this.events.push(event);
    this.stream = evolve(this.stream, event);
  }

  /**
   * Adds an item to a tag's history by the history rule, in an event that `describe` words.
   *
   * @returns whether anything changed.
   */
  move(tag: string, item: TagItem, describe: (step: Move) => ImageStreamEvent): boolean {
    const { history } = this.tag(tag);
    const step = takeIn(history, item);
    if (step.move === 'unchanged') return false;
    const previousImage = history.head?.image;
    this.movedTags.add(tag);
    this.emit(describe({ tag, ...step, ...(previousImage === undefined ? {} : { previousImage }) }));
    return true;
  }
}

export interface Move {
  readonly tag: string;
  readonly item: TagItem;
  readonly move: HistoryMove;
  readonly previousImage?: string;
}
