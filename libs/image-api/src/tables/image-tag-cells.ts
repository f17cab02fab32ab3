import type { ImageTagObject, NamedTagEventList, TagReference } from '../schema/types.js';
import { ago, latest } from './age.js';

/** The cells of an ImageTag: its name, what kind of wish it is, what it shows, how long its history is, and how old. */
export function imageTagCells(tag: ImageTagObject, now: Date): (string | number | null)[] {
  const wish = tag.spec === null ? NO_WISH : wishOf(tag.spec);
  const shown = tag.status === null ? { ...wish, history: 0, updated: undefined } : showing(tag.status, wish);
  const { spec, status, source, history, updated } = shown;
  return [
    tag.metadata.name ?? '',
    spec,
    status === '' ? source : status,
    history === 0 ? null : history,
    ago(updated, now),
  ];
}

interface Wish {
  /** Kind of wish: `Tag`, `Ref`, `Scheduled`, `Track`, or nothing. */
  readonly spec: string;
  /** What is wrong with it. */
  readonly status: string;
  readonly source: string;
  readonly generation: number;
}

const NO_WISH: Wish = { spec: '', status: '', source: '', generation: 0 };

function wishOf({ from, reference, importPolicy, generation }: TagReference): Wish {
  const spec = importPolicy.scheduled ? 'Scheduled' : reference ? 'Ref' : 'Tag';
  const wish = { spec, status: '', source: '', generation: generation ?? 0 };
  if (from === undefined) return { ...wish, spec: '' };
  const { kind, name = '', namespace } = from;
  switch (kind) {
    case 'DockerImage':
      return { ...wish, source: name };
    case 'ImageStreamImage': {
      const at = name.indexOf('@');
      return at < 0 ? { ...wish, status: 'InvalidRefName' } : { ...wish, source: `image/${name.slice(at + 1)}` };
    }
    case 'ImageStreamTag': {
      const source = namespace ? `istag ${namespace}/${name}` : `istag/${name}`;
      return { ...wish, source, spec: name.includes(':') ? spec : 'Track' };
    }
    default:
      return { ...wish, status: 'InvalidRefKind' };
  }
}

function showing(
  { items, conditions = [] }: NamedTagEventList,
  wish: Wish,
): Wish & { readonly history: number; readonly updated: string | undefined } {
  const [head] = items ?? [];
  let { spec, status, source } = wish;
  if (head !== undefined) {
    const importing = wish.generation > 0 && head.generation > 0 && head.generation < wish.generation;
    if (importing) status = 'Importing';
    else if (head.image !== '') source = `image/${head.image}`;
    else if (head.dockerImageReference !== '') source = head.dockerImageReference;
    if (source !== '' && spec === '') spec = 'Push';
    else if (spec !== 'Track' && wish.generation > 0 && head.generation > wish.generation) spec = 'Push';
  }
  const failure = conditions.findLast(({ type, status: state }) => type === 'ImportSuccess' && state === 'False');
  if (failure !== undefined) status = `ImportFailed (${failure.reason ?? ''})`;
  const updated = latest([head?.created, ...conditions.map(({ lastTransitionTime }) => lastTransitionTime)]);
  return { ...wish, spec, status, source, history: items?.length ?? 0, updated };
}
