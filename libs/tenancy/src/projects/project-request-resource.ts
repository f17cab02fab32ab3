import {
  alreadyExists,
  ApiError,
  as,
  listOf,
  object,
  objectMeta,
  string,
  typeMeta,
  type KubeObject,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
  type WriteOptions,
} from '#lib/kube-api';
import { AS_PROJECT } from '../namespaces/namespace-object.js';
import { NamespaceStorage, type NamespaceStorageDeps } from '../namespaces/namespace-storage.js';
import { DESCRIPTION, DISPLAY_NAME, PROJECT_GROUP, REQUESTER } from './project-annotations.js';

interface ProjectRequest extends KubeObject {
  readonly displayName?: string;
  readonly description?: string;
}

const projectRequestSchema = object(
  'com.github.openshift.api.project.v1.ProjectRequest',
  'Asks for a new project. The answer is the Project.',
  {
    ...typeMeta,
    metadata: as(objectMeta, 'Standard metadata. The name becomes that of the project.'),
    displayName: string('What people call the project.'),
    description: string('What the project is for.'),
  },
);

/** Clients know a project that is there already by its singular. */
const TAKEN = { group: PROJECT_GROUP, resource: 'project' };

/** `projectrequests`: how users get projects of their own. */
export class ProjectRequestStorage implements ResourceStorage {
  private readonly projects: NamespaceStorage;

  constructor(deps: NamespaceStorageDeps) {
    this.projects = new NamespaceStorage(deps, AS_PROJECT);
  }

  /** Whoever gets this far may ask for a project; clients look before they ask. */
  async list(): Promise<ListResult> {
    return { ...listOf('', []), status: 'Success' };
  }

  async create(
    context: RequestContext,
    key: Partial<ObjectKey>,
    sent: KubeObject,
    options: WriteOptions,
  ): Promise<ObjectView> {
    const { displayName = '', description = '', metadata } = sent as ProjectRequest;
    const annotations = {
      ...metadata.annotations,
      [DISPLAY_NAME]: displayName,
      [DESCRIPTION]: description,
      [REQUESTER]: context.user.name,
    };
    const project: KubeObject = { ...AS_PROJECT, metadata: { ...metadata, annotations } };
    try {
      return await this.projects.create(context, key, project, options, context.user.name);
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') throw alreadyExists(TAKEN, metadata.name);
      throw error;
    }
  }
}

export const projectRequestResource = (deps: NamespaceStorageDeps): ResourceDefinition => ({
  group: PROJECT_GROUP,
  version: 'v1',
  resource: 'projectrequests',
  kind: 'ProjectRequest',
  singular: 'projectrequest',
  namespaced: false,
  generatesNames: true,
  schema: projectRequestSchema,
  storage: new ProjectRequestStorage(deps),
});
