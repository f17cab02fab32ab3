import { array, as, boolean, int64, string, time } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { kind, part } from './kind.js';
import { tagReference } from './tag-reference.js';

export const imageLookupPolicy: ObjectSchema = part(
  'ImageLookupPolicy',
  'How other objects in the namespace may use the names of a stream.',
  {
    local: boolean(
      'Resolve a bare image name in the pods and workloads of the namespace, such as "app:1.0", to this stream when it ' +
        'has that name. Switch it on to use stream tags in Kubernetes objects that know nothing of image streams.',
      { default: false },
    ),
  },
);

const imageStreamSpec: ObjectSchema = part('ImageStreamSpec', 'What the users of a stream want it to hold.', {
  lookupPolicy: as(imageLookupPolicy, 'How other objects in the namespace may use the names of the stream.'),
  dockerImageRepository: string(
    'A repository in another registry, without tag or digest, whose tags are imported into the stream. New code should ' +
      'rather list the wanted tags, each with its own source.',
  ),
  tags: array(
    'Tags that have a source, a policy or annotations of their own. Sorted by name; of several entries with one name the ' +
      'last counts. Tags that are only pushed to appear in the status alone.',
    tagReference,
    { patch: { strategy: 'merge', mergeKey: 'name' } },
  ),
});

const tagEvent: ObjectSchema = part('TagEvent', 'What a tag was from one moment on.', {
  created: time('When the tag began to point to this image.', { required: true }),
  dockerImageReference: string('Pull specification of the image.', { required: true }),
  image: string('Name of the Image. Empty for a tag that is a bare pointer.', { required: true }),
  generation: int64('Generation of the spec entry that led here.', { required: true }),
});

export const tagEventCondition: ObjectSchema = part(
  'TagEventCondition',
  'What is wrong with a tag. A tag whose last import went well has no conditions.',
  {
    type: string('What the condition is about. "ImportSuccess" is the only one.', { required: true }),
    status: string('"False" when the last import failed.', { required: true }),
    lastTransitionTime: time('When the tag came into this condition.'),
    reason: string('One word in CamelCase for why, for programs.'),
    message: string('The same for people: what the registry answered, or what could not be done.'),
    generation: int64('Generation of the spec entry that was tried.', { required: true }),
  },
);

export const namedTagEventList: ObjectSchema = part('NamedTagEventList', 'What one tag is and was.', {
  tag: string('Name of the tag.', { required: true }),
  items: array(
    'Images that the tag pointed to, newest first: the first is what the tag is now. The server keeps more than it shows ' +
      'here.',
    tagEvent,
    { required: true },
  ),
  conditions: array('What is wrong with the tag now.', tagEventCondition),
});

const imageStreamStatus: ObjectSchema = part('ImageStreamStatus', 'What a stream holds now.', {
  dockerImageRepository: string(
    'Where images are pushed to and pulled from in the internal registry: its host, the namespace and the name. Empty ' +
      'when there is no internal registry.',
  ),
  publicDockerImageRepository: string('The same as seen from outside of the cluster. Empty when that is not offered.'),
  tags: array('History of each tag that was ever pushed or imported, sorted by name.', namedTagEventList, {
    patch: { strategy: 'merge', mergeKey: 'tag' },
  }),
});

/** The tags of one repository, and their history. */
export const imageStreamSchema: ObjectSchema = kind(
  'ImageStream',
  'A named set of tags in a namespace, each pointing to an image and remembering those that it pointed to before. Tags ' +
    'move when images are pushed, when they are imported from another registry, and when they follow other tags.',
  {
    spec: as(imageStreamSpec, 'What the stream is meant to hold. Edited by its users.'),
    status: as(imageStreamStatus, 'What the stream holds now. Written by the server.'),
  },
  'Standard metadata. Namespace and name together are the name of the repository in the internal registry.',
);
