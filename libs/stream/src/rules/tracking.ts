import type { Draft } from '../draft.js';

/**
 * Lets the tags that track another tag of this stream follow the tags that moved, and in turn the tags that track
 * those. A tag that already shows the same item does not move, so cycles and self references settle.
 */
export function followMovedTags(draft: Draft): void {
  const moved = [...draft.movedTags].sort();
  for (let source = moved.shift(); source !== undefined; source = moved.shift()) {
    const item = draft.tag(source).history.head;
    if (item === undefined) continue;
    const followed = source;
    for (const tracker of draft.current.trackers.get(source) ?? []) {
      if (tracker === source) continue;
      const follows = draft.move(tracker, item, (step) => ({ type: 'TagFollowed', data: { ...step, followed } }));
      if (follows) moved.push(tracker);
    }
  }
}
