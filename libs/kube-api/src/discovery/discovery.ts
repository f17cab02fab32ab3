import { createHash } from 'node:crypto';
import { aggregatedDiscovery } from './aggregated.js';
import type { AggregatedVersion } from './aggregated.js';
import { groupsOf } from './api-group.js';
import type { ApiGroup } from './api-group.js';
import type { ApiResource } from './api-resource.js';
import { discoveryForm } from './discovery-form.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.js';

/** A body that changes with the server only, and its quoted ETag for `If-None-Match`. */
export interface DiscoveryDocument {
  readonly body: string;
  readonly etag: string;
}

export interface DiscoveryAnswer {
  readonly document: DiscoveryDocument;
  /** For `/api` and `/apis` it depends on the `Accept` header: say so with `Vary: Accept`. */
  readonly contentType: string;
}

/** Everything that clients read to learn what the server offers; made once. */
export class Discovery {
  private readonly groups: readonly ApiGroup[];
  private readonly documents = new Map<string, DiscoveryDocument>();

  constructor(resources: readonly ApiResource[]) {
    this.groups = groupsOf(resources);
  }

  /**
   * The answer for a path below `/api` or `/apis`; nothing where there is no such document.
   *
   * @param serverAddress host and port under which the client reaches the server
   * @throws ApiError NotAcceptable
   */
  answer(path: string, accept: string | undefined, serverAddress: string): DiscoveryAnswer | undefined {
    const [root, ...rest] = path.split('/').filter((segment) => segment !== '');
    if (root !== 'api' && root !== 'apis') return undefined;
    const form = discoveryForm(accept);
    if (rest.length === 0 && form.as === 'aggregated') {
      return { document: this.aggregated(root, form.version), contentType: form.contentType };
    }
    const document = root === 'api' ? this.coreDocument(rest, serverAddress) : this.groupDocument(rest);
    return document && { document, contentType: 'application/json' };
  }

  /**
   * `/api` and `/apis` in the form that new clients ask for. Both must be answered in the same form, or clients lose
   * resources.
   */
  aggregated(root: 'api' | 'apis', version: AggregatedVersion): DiscoveryDocument {
    const groups = this.groups.filter(({ name }) => (name === '') === (root === 'api'));
    return this.document(`${root};${version}`, () => aggregatedDiscovery(groups, version));
  }

  /** `/api`. @param serverAddress host and port under which the client reaches the server */
  coreVersions(serverAddress: string): DiscoveryDocument {
    return documentOf(apiVersions(this.group(''), serverAddress));
  }

  /** `/apis` */
  groupList(): DiscoveryDocument {
    return this.document('apis', () => apiGroupList(this.groups.filter(({ name }) => name !== '')));
  }

  /** `/apis/<group>`; nothing for a group that is not there. */
  groupOf(name: string): DiscoveryDocument | undefined {
    const group = name === '' ? undefined : this.group(name);
    return group && this.document(`apis/${name}`, () => apiGroup(group));
  }

  /** `/api/v1` and `/apis/<group>/<version>`; nothing for a version that is not there. */
  resourcesOf(group: string, version: string): DiscoveryDocument | undefined {
    const found = this.group(group)?.versions.find((candidate) => candidate.version === version);
    return found && this.document(`${group}/${version}`, () => apiResourceList(group, found));
  }

  /** Group and version of everything that is offered, the core group as an empty one. */
  groupVersions(): readonly { readonly group: string; readonly version: string }[] {
    return this.groups.flatMap(({ name, versions }) => versions.map(({ version }) => ({ group: name, version })));
  }

  private coreDocument(path: readonly string[], serverAddress: string): DiscoveryDocument | undefined {
    const [version, ...more] = path;
    if (version === undefined) return this.coreVersions(serverAddress);
    return more.length === 0 ? this.resourcesOf('', version) : undefined;
  }

  private groupDocument(path: readonly string[]): DiscoveryDocument | undefined {
    const [group, version, ...more] = path;
    if (group === undefined) return this.groupList();
    if (version === undefined) return this.groupOf(group);
    return more.length === 0 ? this.resourcesOf(group, version) : undefined;
  }

  private group(name: string): ApiGroup | undefined {
    return this.groups.find((group) => group.name === name);
  }

  private document(key: string, make: () => object): DiscoveryDocument {
    const known = this.documents.get(key);
    if (known) return known;
    const made = documentOf(make());
    this.documents.set(key, made);
    return made;
  }
}

function documentOf(content: object): DiscoveryDocument {
  const body = JSON.stringify(content);
  return { body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32).toUpperCase()}"` };
}
