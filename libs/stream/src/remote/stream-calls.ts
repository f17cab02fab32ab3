import { call } from '#lib/remoting';
import type {
  ApplyImport,
  CreateStream,
  DeleteStream,
  DeleteTag,
  ImageStreamCommand,
  PushTag,
  RefuseImportedTags,
  RemoveTagSpec,
  ReplaceStatus,
  SpecifyTag,
  UpdateStream,
} from '../commands.js';
import type { StreamVersion } from '../image-streams.js';
import type { WireCommand } from './wire-command.js';
import type { WireStream } from './wire-stream.js';

/** What the stream service can be asked to do. */
export const STREAM_CALLS = {
  create: call<StreamRequest<CreateStream>, StreamVersion>('stream.create'),
  update: call<ShowingRequest<UpdateStream>, StreamAnswer>('stream.update'),
  specifyTag: call<ShowingRequest<SpecifyTag>, StreamAnswer>('stream.specify-tag'),
  removeTagSpec: call<ShowingRequest<RemoveTagSpec>, StreamAnswer>('stream.remove-tag-spec'),
  applyImport: call<ShowingRequest<ApplyImport>, StreamAnswer>('stream.apply-import'),
  deleteTag: call<ShowingRequest<DeleteTag>, StreamAnswer>('stream.delete-tag'),
  push: call<StreamRequest<PushTag>, StreamVersion>('stream.push'),
  replaceStatus: call<ShowingRequest<ReplaceStatus>, StreamAnswer>('stream.replace-status'),
  delete: call<ShowingRequest<DeleteStream>, StreamAnswer>('stream.delete'),
  refuseImportedTags: call<StreamRequest<RefuseImportedTags>, StreamVersion>('stream.refuse-imported-tags'),
  assertRoom: call<{ readonly namespace: string; readonly name: string }, null>('stream.assert-room', {
    idempotent: true,
  }),
  preview: call<ShowingRequest<ImageStreamCommand> & { readonly name: string }, StreamAnswer>('stream.preview', {
    idempotent: true,
  }),
} as const;

export interface StreamRequest<Command> {
  readonly namespace: string;
  readonly command: WireCommand<Command>;
  /** Version that the stream must have. */
  readonly version?: number;
}

/** A command after which somebody looks at the stream. */
export interface ShowingRequest<Command> extends StreamRequest<Command> {
  /** How many items of a tag's history are looked at. */
  readonly items: number;
}

export interface StreamAnswer extends StreamVersion {
  readonly stream: WireStream;
  /** How many events the command led to. */
  readonly events: number;
}
