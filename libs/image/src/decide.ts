import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#lib/event-store';
import { foldImage, type ImageContent, type ImageEvent, type ImageState, type UserMetadata } from '#lib/events';
import type { DeleteImage, ImageCommand, RegisterImage, ReviseImage } from './commands.js';
import { wireTime } from './image-metadata/wire-time.js';
import { imageExists, imageNotFound, invalidImage, uidDiffers } from './refusals.js';
import { validateImage } from './rules/image-validation.js';
import { prepareImage } from './rules/preparation.js';
import { keepIdentity } from './rules/image-identity.js';

/** One image as a decider. */
export const imageDecider: Decider<ImageState | undefined, ImageCommand, ImageEvent> = {
  initialState: undefined,
  evolve: foldImage,
  decide: (command, image) => {
    switch (command.type) {
      case 'RegisterImage':
        return register(command, image);
      case 'ReviseImage':
        return revise(command, existing(command.name, image));
      case 'DeleteImage':
        return remove(command, existing(command.name, image));
    }
  },
};

function register(command: RegisterImage, known: ImageState | undefined): ImageEvent[] {
  const { name, uid, now, origin } = command;
  if (known !== undefined && command.existing === 'refuse') throw imageExists(name);
  const { metadata, content } = prepareImage(command, now);
  assertValid(name, content);
  if (known !== undefined) return [];
  const creationTimestamp = wireTime(now);
  return [{ type: 'ImageImported', data: { name, uid, creationTimestamp, origin, metadata, content } }];
}

function revise({ name, now, ...desired }: ReviseImage, known: ImageState): ImageEvent[] {
  const { metadata, content } = prepareImage({ name, ...keepIdentity(known, desired) }, now);
  assertValid(name, content);
  assertNotHeldAnew(known, metadata);
  const changes = [...metadataChange(known, metadata), ...contentChange(known, content)];
  const isLetGo = known.deletionTimestamp !== undefined && metadata.finalizers.length === 0;
  return isLetGo ? [...changes, deleted(known)] : changes;
}

/** What is to go already can be let go by those who hold it, and held by nobody else. */
function assertNotHeldAnew({ name, deletionTimestamp, metadata: before }: ImageState, metadata: UserMetadata): void {
  if (deletionTimestamp === undefined) return;
  const added = metadata.finalizers.filter((finalizer) => !before.finalizers.includes(finalizer));
  if (added.length === 0) return;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  throw invalidImage(name, [{ field: 'metadata.finalizers', kind: 'forbidden', detail }]);
}

function metadataChange({ name, metadata: before }: ImageState, metadata: UserMetadata): ImageEvent[] {
  if (isDeepStrictEqual(before, metadata)) return [];
  return [{ type: 'ImageMetadataChanged', data: { name, ...metadata } }];
}

function contentChange({ name, content: before }: ImageState, content: ImageContent): ImageEvent[] {
  if (isDeepStrictEqual(before, content)) return [];
  return [{ type: 'ImageContentAmended', data: { name, content } }];
}

/** An image with finalizers is only marked: it goes when the last of them is taken away. */
function remove({ name, uid, now }: DeleteImage, known: ImageState): ImageEvent[] {
  if (uid !== undefined && uid !== known.uid) throw uidDiffers(name);
  if (known.metadata.finalizers.length === 0) return [deleted(known)];
  if (known.deletionTimestamp !== undefined) return [];
  return [{ type: 'ImageDeletionRequested', data: { name, deletionTimestamp: wireTime(now) } }];
}

const deleted = ({ name, uid }: ImageState): ImageEvent => ({ type: 'ImageDeleted', data: { name, uid } });

function existing(name: string, image: ImageState | undefined): ImageState {
  if (image === undefined) throw imageNotFound(name);
  return image;
}

function assertValid(name: string, content: ImageContent): void {
  const problems = validateImage(content);
  if (problems.length > 0) throw invalidImage(name, problems);
}
