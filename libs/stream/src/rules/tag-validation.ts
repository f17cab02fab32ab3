import type { FieldProblem } from '#lib/event-store';
import type { StreamHeader, TagReference } from '#lib/events';
import { InvalidReferenceError, parseReference, type DockerReference } from '#lib/registry';
import type { StreamPolicy, Transport } from '../stream-policy.js';

/** Annotation that makes all registries of a stream insecure. */
export const INSECURE_REPOSITORY_ANNOTATION = 'openshift.io/image.insecureRepository';

export const isInsecureStream = ({ metadata }: StreamHeader): boolean =>
  metadata.annotations[INSECURE_REPOSITORY_ANNOTATION] === 'true';

const KINDS = "valid values are 'DockerImage', 'ImageStreamImage', 'ImageStreamTag'";

/** The rules for one spec tag. The problems' fields are those of the reference itself, such as `from.name`. */
export function validateTagReference(
  reference: TagReference,
  streamIsInsecure: boolean,
  policy: StreamPolicy,
): FieldProblem[] {
  const transport: Transport = streamIsInsecure || reference.importPolicy.insecure ? 'any' : 'secure';
  return [
    ...validateFrom(reference, transport, policy),
    ...validateReferencePolicy(reference.referencePolicy.type),
    ...validateImportMode(reference.importPolicy.importMode),
  ];
}

/** Problems of a part, where that stands in the whole. */
export const problemsAt = (path: string, problems: readonly FieldProblem[]): FieldProblem[] =>
  problems.map((problem) => ({ ...problem, field: `${path}.${problem.field}` }));

/** @param path - of what has the import policy; left out where fields are those of that itself. */
export function validateImportMode(mode: string, path?: string): FieldProblem[] {
  if (mode === '' || mode === 'Legacy' || mode === 'PreserveOriginal') return [];
  const field = 'importPolicy.importMode';
  const detail = "invalid import mode, valid modes are '', 'Legacy', 'PreserveOriginal'";
  return [{ field: path === undefined ? field : `${path}.${field}`, kind: 'invalid', value: mode, detail }];
}

/** The rules for the repository that a whole stream is imported from. */
export function validateSourceRepository(
  text: string,
  streamIsInsecure: boolean,
  policy: StreamPolicy,
): FieldProblem[] {
  if (text === '') return [];
  const field = 'spec.dockerImageRepository';
  const parsed = tryParse(text);
  if (typeof parsed === 'string') return [{ field, kind: 'invalid', value: text, detail: parsed }];
  const problems: FieldProblem[] = [];
  if (parsed.tag !== '') {
    problems.push({ field, kind: 'invalid', value: text, detail: 'the repository name may not contain a tag' });
  }
  if (parsed.id !== '') {
    problems.push({ field, kind: 'invalid', value: text, detail: 'the repository name may not contain an ID' });
  }
  if (problems.length > 0) return problems;
  const refusal = policy.refuseImport(parsed, streamIsInsecure ? 'any' : 'secure');
  return refusal === undefined ? [] : [{ field, kind: 'forbidden', detail: refusal }];
}

/** Reads a pull spec; a string is the reason why it is none. */
export function tryParse(text: string): DockerReference | string {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof InvalidReferenceError) return error.message;
    throw error;
  }
}

function validateFrom(
  { from, importPolicy }: TagReference,
  transport: Transport,
  policy: StreamPolicy,
): FieldProblem[] {
  if (from === undefined) return [];
  const { kind = '', name = '' } = from;
  const problems: FieldProblem[] = [];
  if (name === '') problems.push({ field: 'from.name', kind: 'required', detail: '' });
  switch (kind) {
    case 'DockerImage':
      if (name !== '') problems.push(...validatePullSpec(name, 'from.name', transport, policy));
      break;
    case 'ImageStreamImage':
    case 'ImageStreamTag':
      if (importPolicy.scheduled) {
        const detail = 'only tags pointing to Docker repositories may be scheduled for background import';
        problems.push({ field: 'importPolicy.scheduled', kind: 'invalid', value: true, detail });
      }
      break;
    default:
      problems.push({ field: 'from.kind', kind: 'required', detail: KINDS });
  }
  return problems;
}

function validatePullSpec(text: string, field: string, transport: Transport, policy: StreamPolicy): FieldProblem[] {
  const parsed = tryParse(text);
  if (typeof parsed === 'string') return [{ field, kind: 'invalid', value: text, detail: parsed }];
  const refusal = policy.refuseImport(parsed, transport);
  return refusal === undefined ? [] : [{ field, kind: 'forbidden', detail: refusal }];
}

function validateReferencePolicy(type: string): FieldProblem[] {
  if (type === 'Source' || type === 'Local') return [];
  const detail = 'valid values are "Source", "Local"';
  return [{ field: 'referencePolicy.type', kind: 'invalid', value: type, detail }];
}
