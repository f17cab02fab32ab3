import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import type { ApiResource } from './api-resource.js';
import { Discovery } from './discovery.js';
import { discoveryForm } from './discovery-form.js';
import type { DiscoveryDocument } from './discovery.js';

const resources: readonly ApiResource[] = [
  {
    group: '',
    version: 'v1',
    resource: 'namespaces',
    kind: 'Namespace',
    singular: 'namespace',
    namespaced: false,
    shortNames: ['ns'],
    verbs: ['get', 'list'],
  },
  {
    group: 'example.com',
    version: 'v1',
    resource: 'widgets',
    kind: 'Widget',
    singular: 'widget',
    namespaced: true,
    shortNames: ['wd'],
    categories: ['all'],
    verbs: ['create', 'get'],
    subresources: [
      { name: 'status', kind: 'Widget', verbs: ['get', 'patch'] },
      { name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v2', verbs: ['get'] },
    ],
  },
  {
    group: 'example.com',
    version: 'v1beta1',
    resource: 'gadgets',
    kind: 'Gadget',
    singular: 'gadget',
    namespaced: false,
    verbs: ['get'],
  },
];
const discovery = new Discovery(resources);
const content = (document: DiscoveryDocument | undefined): unknown => document && JSON.parse(document.body);

describe('discovery', () => {
  it('tells everything in one aggregated answer', () => {
    expect(content(discovery.aggregated('apis', 'v2'))).toEqual({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: [
        {
          metadata: { name: 'example.com' },
          versions: [
            {
              version: 'v1',
              freshness: 'Current',
              resources: [
                {
                  resource: 'widgets',
                  responseKind: { group: 'example.com', version: 'v1', kind: 'Widget' },
                  scope: 'Namespaced',
                  singularResource: 'widget',
                  verbs: ['create', 'get'],
                  shortNames: ['wd'],
                  categories: ['all'],
                  subresources: [
                    {
                      subresource: 'status',
                      responseKind: { group: 'example.com', version: 'v1', kind: 'Widget' },
                      verbs: ['get', 'patch'],
                    },
                    {
                      subresource: 'scale',
                      responseKind: { group: 'autoscaling', version: 'v2', kind: 'Scale' },
                      verbs: ['get'],
                    },
                  ],
                },
              ],
            },
            {
              version: 'v1beta1',
              freshness: 'Current',
              resources: [
                {
                  resource: 'gadgets',
                  responseKind: { group: 'example.com', version: 'v1beta1', kind: 'Gadget' },
                  scope: 'Cluster',
                  singularResource: 'gadget',
                  verbs: ['get'],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('keeps the core group apart, without a name', () => {
    expect(content(discovery.aggregated('api', 'v2beta1'))).toMatchObject({
      apiVersion: 'apidiscovery.k8s.io/v2beta1',
      items: [{ metadata: {}, versions: [{ version: 'v1', resources: [{ resource: 'namespaces' }] }] }],
    });
    expect(content(discovery.coreVersions('127.0.0.1:8443'))).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:8443' }],
    });
  });

  it('tells groups with the preferred version first', () => {
    const group = {
      name: 'example.com',
      versions: [
        { groupVersion: 'example.com/v1', version: 'v1' },
        { groupVersion: 'example.com/v1beta1', version: 'v1beta1' },
      ],
      preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
    };
    expect(content(discovery.groupList())).toEqual({ kind: 'APIGroupList', apiVersion: 'v1', groups: [group] });
    expect(content(discovery.groupOf('example.com'))).toEqual({ kind: 'APIGroup', apiVersion: 'v1', ...group });
    expect(discovery.groupOf('example.org')).toBeUndefined();
    expect(discovery.groupOf('')).toBeUndefined();
  });

  it('lists resources and subresources of one version', () => {
    expect(content(discovery.resourcesOf('example.com', 'v1'))).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'example.com/v1',
      resources: [
        {
          name: 'widgets',
          singularName: 'widget',
          namespaced: true,
          kind: 'Widget',
          verbs: ['create', 'get'],
          shortNames: ['wd'],
          categories: ['all'],
        },
        { name: 'widgets/status', singularName: '', namespaced: true, kind: 'Widget', verbs: ['get', 'patch'] },
        {
          name: 'widgets/scale',
          singularName: '',
          namespaced: true,
          group: 'autoscaling',
          version: 'v2',
          kind: 'Scale',
          verbs: ['get'],
        },
      ],
    });
    expect(content(discovery.resourcesOf('', 'v1'))).toMatchObject({ groupVersion: 'v1' });
    expect(discovery.resourcesOf('example.com', 'v2')).toBeUndefined();
  });

  it('gives each content its own ETag, and the same content the same', () => {
    const other = new Discovery(resources.slice(1));
    expect(discovery.aggregated('apis', 'v2').etag).toMatch(/^"[0-9A-F]{32}"$/);
    expect(other.aggregated('apis', 'v2').etag).toBe(discovery.aggregated('apis', 'v2').etag);
    expect(other.aggregated('api', 'v2').etag).not.toBe(discovery.aggregated('api', 'v2').etag);
  });
});

describe('the form of discovery', () => {
  const aggregated = (version: string): string =>
    `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

  it.each([
    [`${aggregated('v2')},${aggregated('v2beta1')},application/json`, aggregated('v2')],
    [`${aggregated('v2')};profile=nopeer,application/json`, aggregated('v2')],
    [`${aggregated('v2beta1')},application/json`, aggregated('v2beta1')],
    [`${aggregated('v3')},application/json`, 'application/json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'application/json'],
    ['application/json, */*', 'application/json'],
    ['', 'application/json'],
    [undefined, 'application/json'],
  ])('for %j', (accept, contentType) => {
    expect(discoveryForm(accept).contentType).toBe(contentType);
  });

  it('is refused when the client takes neither', () => {
    expect(() => discoveryForm('application/cbor')).toThrow(ApiError);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['/api', aggregated('v2'), 'APIGroupDiscoveryList'],
    ['/apis/', aggregated('v2'), 'APIGroupDiscoveryList'],
    ['/api', undefined, 'APIVersions'],
    ['/apis', undefined, 'APIGroupList'],
    ['/api/v1', undefined, 'APIResourceList'],
    ['/apis/example.com', undefined, 'APIGroup'],
    ['/apis/example.com/v1', `${aggregated('v2')},application/json`, 'APIResourceList'],
    ['/apis/example.com/v1', undefined, 'APIResourceList'],
    ['/apis/example.com/v9', undefined, undefined],
    ['/apis/example.org', undefined, undefined],
    ['/api/v1/x', undefined, undefined],
    ['/version', undefined, undefined],
  ])('answers %s for %s with %s', (path, accept, kind) => {
    const answer = discovery.answer(path, accept, '127.0.0.1:8443');
    expect((content(answer?.document) as { kind?: string } | undefined)?.kind).toBe(kind);
  });
});
