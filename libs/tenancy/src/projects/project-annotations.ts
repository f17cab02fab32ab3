export const PROJECT_GROUP = 'project.openshift.io';

/** What people call a project. */
export const DISPLAY_NAME = 'openshift.io/display-name';
/** What a project is for. */
export const DESCRIPTION = 'openshift.io/description';
/** Who asked for a project. */
export const REQUESTER = 'openshift.io/requester';
