import type { AccessServer, Question } from './access-server.js';
import { NAMESPACE, PERSONAS, type Persona } from './personas.js';

/** One thing that can be done, and who may. */
export interface Row {
  readonly group: string;
  /** With its subresource: `imagestreams/layers`. */
  readonly resource: string;
  readonly verb: string;
  readonly allowed: ReadonlySet<Persona['name']>;
}

interface Discovered {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Rights that stand for something which is done elsewhere: clients ask for them in reviews. */
const WITHOUT_ENDPOINT: readonly (readonly [group: string, resource: string, verb: string])[] = [
  ['image.openshift.io', 'imagestreams/layers', 'update'],
  ['image.openshift.io', 'registry/metrics', 'get'],
  ['rbac.authorization.k8s.io', 'clusterroles', 'bind'],
  ['rbac.authorization.k8s.io', 'clusterroles', 'escalate'],
  ['rbac.authorization.k8s.io', 'roles', 'bind'],
  ['rbac.authorization.k8s.io', 'roles', 'escalate'],
  ['', 'users', 'impersonate'],
  ['', 'groups', 'impersonate'],
  ['', 'serviceaccounts', 'impersonate'],
];

/** Paths that are no resources. */
const PATHS: readonly (readonly [method: string, path: string])[] = [
  ...['/', '/api', '/apis', '/apis/image.openshift.io/v1', '/healthz', '/livez', '/metrics'].map(
    (path) => ['get', path] as const,
  ),
  ...['/openapi/v2', '/openapi/v3', '/readyz', '/version'].map((path) => ['get', path] as const),
  ['head', '/'],
  ['post', '/webhooks/registry'],
];

/** Asks everything of the server, as everybody. Nothing is changed by it: writes are dry runs of what is not there. */
export async function matrixOf(server: AccessServer): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const discovered of await discover(server)) {
    for (const verb of discovered.verbs) {
      const allowed = await whoMay((token) => mayRequest(server, { ...requestFor(discovered, verb), token }));
      rows.push({ group: discovered.group, resource: discovered.resource, verb, allowed });
    }
  }
  for (const [group, resource, verb] of WITHOUT_ENDPOINT) {
    const allowed = await whoMay((_token, persona) => mayByReview(server, persona, { group, resource, verb }));
    rows.push({ group, resource: `${resource} (no endpoint)`, verb, allowed });
  }
  for (const [verb, path] of PATHS) {
    const allowed = await whoMay((token) =>
      mayRequest(server, { method: verb.toUpperCase(), path, token, ...(verb === 'post' ? { body: {} } : {}) }),
    );
    rows.push({ group: '(paths)', resource: path, verb, allowed });
  }
  return rows;
}

/** The matrix as people read it. */
export function printed(rows: readonly Row[]): string {
  const names = PERSONAS.map(({ name }) => name);
  const widths = [Math.max(...rows.map(({ resource }) => resource.length)), 'deletecollection'.length];
  const line = (resource: string, verb: string, cells: readonly string[]): string =>
    `${resource.padEnd(widths[0] ?? 0)}  ${verb.padEnd(widths[1] ?? 0)}  ${cells
      .map((cell, index) => cell.padEnd(names[index]?.length ?? 0))
      .join('  ')}`.trimEnd();
  const lines = [
    '# Who may do what in the namespace "team": + allowed, . refused.',
    '#',
    '# anonymous  does not say who they are        viewer  has the role "view" in the namespace',
    '# other      has the role "admin", elsewhere   editor  has the role "edit"',
    '# pusher     has "system:image-pusher"         admin   has the role "admin"',
    '#',
    '# Asked of a running server, for everything that its discovery names. After a change that is meant:',
    '# npx vitest run test/access -u',
  ];
  let group: string | undefined;
  for (const row of rows) {
    if (row.group !== group) {
      group = row.group;
      lines.push('', line(group === '' ? 'core' : group, '', names), '');
    }
    lines.push(
      line(
        row.resource,
        row.verb,
        names.map((name) => (row.allowed.has(name) ? '+' : '.')),
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

async function whoMay(
  may: (token: string | undefined, persona: Persona) => Promise<boolean>,
): Promise<ReadonlySet<Persona['name']>> {
  const allowed = new Set<Persona['name']>();
  for (const persona of PERSONAS) if (await may(persona.token, persona)) allowed.add(persona.name);
  return allowed;
}

/** Whatever else is wrong with a request: it was let through when it was not refused for who sent it. */
async function mayRequest(server: AccessServer, question: Question): Promise<boolean> {
  const { status, body } = await server.ask(question);
  if (status === 401) throw new Error(`${question.path} does not know who asks`);
  if (status >= 500) throw new Error(`${question.method} ${question.path} fails: ${JSON.stringify(body)}`);
  if (status !== 403) return true;
  if (question.method === 'HEAD') return false;
  if (!/User ".*" cannot /.test(body.message ?? '')) {
    throw new Error(`${question.path} is refused for another reason: ${JSON.stringify(body)}`);
  }
  return false;
}

async function mayByReview(
  server: AccessServer,
  { name, token }: Persona,
  { group, resource, verb }: Pick<Row, 'group' | 'resource' | 'verb'>,
): Promise<boolean> {
  const { body } = await server.asAdmin('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: {
      user: token === undefined ? 'system:anonymous' : name,
      groups: [token === undefined ? 'system:unauthenticated' : 'system:authenticated'],
      resourceAttributes: { group, resource, verb, namespace: NAMESPACE },
    },
  });
  return (body['status'] as { readonly allowed: boolean }).allowed;
}

async function discover(server: AccessServer): Promise<readonly Discovered[]> {
  const { body } = await server.asAdmin('GET', '/apis');
  const groups = body['groups'] as readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
  const paths = ['v1', ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))];
  const found: Discovered[] = [];
  for (const path of paths.sort()) {
    const [group = '', version = ''] = path.includes('/') ? path.split('/') : ['', path];
    const { body: list } = await server.asAdmin('GET', group === '' ? `/api/${path}` : `/apis/${path}`);
    const resources = list['resources'] as readonly {
      readonly name: string;
      readonly namespaced: boolean;
      readonly verbs: readonly string[];
    }[];
    for (const { name, namespaced, verbs } of resources) {
      found.push({ group, version, resource: name, namespaced, verbs: verbs.toSorted() });
    }
  }
  return found.sort((a, b) => order(a) - order(b) || compare(a.group, b.group) || compare(a.resource, b.resource));
}

/** What the server is about comes first. */
const order = ({ group }: Discovered): number => (group === 'image.openshift.io' ? 0 : 1);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function requestFor({ group, version, resource, namespaced }: Discovered, verb: string): Question {
  const [plural = '', subresource] = resource.split('/');
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${base}${namespaced ? `/namespaces/${NAMESPACE}` : ''}/${plural}`;
  const object = `${collection}/${nameFor(plural)}${subresource === undefined ? '' : `/${subresource}`}`;
  switch (verb) {
    case 'get':
      return { method: 'GET', path: object };
    case 'list':
      return { method: 'GET', path: collection };
    case 'watch':
      return { method: 'GET', path: `${collection}?watch=true`, statusOnly: true };
    case 'create':
      return { method: 'POST', path: `${subresource === undefined ? collection : object}?dryRun=All`, body: {} };
    case 'update':
      return { method: 'PUT', path: `${object}?dryRun=All`, body: {} };
    case 'patch':
      return { method: 'PATCH', path: `${object}?dryRun=All`, body: {} };
    case 'delete':
      return { method: 'DELETE', path: `${object}?dryRun=All` };
    case 'deletecollection':
      return { method: 'DELETE', path: `${collection}?dryRun=All` };
    default:
      throw new Error(`there is no request for the verb ${verb}`);
  }
}

/** Something that is not there, but for those that are asked for by a name of their own. */
function nameFor(plural: string): string {
  if (plural === 'users') return '~';
  return plural === 'namespaces' || plural === 'projects' ? NAMESPACE : 'not-there';
}
