import { array, as, object, objectMeta, string, typeMeta, type ResourceDefinition } from '#lib/kube-api';
import { AS_PROJECT } from '../namespaces/namespace-object.js';
import { phase } from '../namespaces/namespace-resource.js';
import { NamespaceStorage, type NamespaceStorageDeps, type Visibility } from '../namespaces/namespace-storage.js';
import { DISPLAY_NAME, PROJECT_GROUP } from './project-annotations.js';

const spec = object('com.github.openshift.api.project.v1.ProjectSpec', 'What is wanted of a project.', {
  finalizers: array(
    'What must be done before the project may disappear. Set by the server.',
    string('Name of one task.'),
  ),
});

const status = object('com.github.openshift.api.project.v1.ProjectStatus', 'How a project is.', {
  phase: string('"Active", or "Terminating" while it is being emptied.', { enum: ['Active', 'Terminating'] }),
});

export const projectSchema = object(
  'com.github.openshift.api.project.v1.Project',
  'A namespace as its users see it. Every namespace is a project of the same name and the other way round; a list of ' +
    'projects holds only those that the caller may see.',
  {
    ...typeMeta,
    metadata: as(
      objectMeta,
      'Standard metadata. The annotations "openshift.io/display-name" and "openshift.io/description" tell people what ' +
        'the project is about.',
    ),
    spec: as(spec, 'What is wanted of the project.'),
    status: as(status, 'How the project is. Written by the server.'),
  },
);

/** `projects` of `project.openshift.io`. */
export const projectResource = (deps: NamespaceStorageDeps, visible: Visibility): ResourceDefinition => ({
  group: PROJECT_GROUP,
  version: 'v1',
  resource: 'projects',
  kind: 'Project',
  singular: 'project',
  namespaced: false,
  generatesNames: true,
  schema: projectSchema,
  columns: {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name of the project and of its namespace.' },
      { name: 'Display Name', type: 'string', description: 'What people call the project.' },
      { name: 'Status', type: 'string', description: 'Whether it is in use or being emptied.' },
    ],
    cells: (project) => [project.metadata.name, project.metadata.annotations?.[DISPLAY_NAME] ?? '', phase(project)],
  },
  selectableFields: { 'status.phase': phase },
  storage: new NamespaceStorage(deps, AS_PROJECT, visible),
  ownership: {},
});
