import type { ResponseForm } from '../negotiation/response-form.js';
import { DEFAULT_TABLE } from '../table/default-table.js';
import { tableColumns, tableRow, type IncludeObject } from '../table/table.js';
import type { JsonObject } from '../schema/json.js';
import type { ObjectView, TableDefinition } from '../storage/resource.js';
import { JSON_TYPE } from './api-request.js';
import { apiVersionOf } from './body.js';
import type { Target } from './resource-registry.js';
import { yamlText } from './yaml-text.js';

/** How the objects of one answer are shown. Written piece by piece, so that a list never stands in memory as a whole. */
export interface Presentation {
  readonly contentType: string;
  /** Of an answer with one object. */
  single(view: ObjectView): string | Buffer;
  /** What stands before the items of a list. */
  readonly listStart: string;
  item(view: ObjectView): string | Buffer;
  /** What stands between two items. */
  readonly separator: string;
  listEnd(metadata: object, isEmpty: boolean): string;
  /** An object inside a watch event. */
  event(view: ObjectView, first: boolean): string | Buffer;
  /** An object that says nothing but how far the watcher is. */
  bookmark(metadata: object): string;
}

export function presentationOf(form: ResponseForm, target: Target, include: IncludeObject): Presentation {
  switch (form.as) {
    case 'Object':
      return form.yaml ? new YamlPresentation(target) : new ObjectPresentation(target);
    case 'Table':
      return new TablePresentation(target.definition.columns ?? DEFAULT_TABLE, form.version, include, target);
    case 'PartialObjectMetadata':
      return new MetadataPresentation(form.version);
  }
}

class ObjectPresentation implements Presentation {
  readonly contentType: string = JSON_TYPE;
  readonly separator: string = ',';
  readonly listStart: string;

  constructor(private readonly target: Target) {
    this.listStart = `{"kind":"${target.kind}List","apiVersion":"${apiVersionOf(target)}","items":[`;
  }

  single(view: ObjectView): string | Buffer {
    return view.json();
  }

  item(view: ObjectView): string | Buffer {
    return view.json();
  }

  listEnd(metadata: object, _isEmpty: boolean): string {
    return `],"metadata":${JSON.stringify(metadata)}}\n`;
  }

  event(view: ObjectView): string | Buffer {
    return view.json();
  }

  bookmark(metadata: object): string {
    const { kind } = this.target;
    return JSON.stringify({ kind, apiVersion: apiVersionOf(this.target), metadata });
  }
}

class YamlPresentation extends ObjectPresentation {
  override readonly contentType = 'application/yaml';
  override readonly separator = '';
  override readonly listStart: string;

  constructor(target: Target) {
    super(target);
    this.listStart = `kind: ${target.kind}List\napiVersion: ${apiVersionOf(target)}\nitems:`;
  }

  override single(view: ObjectView): string {
    return `${yamlText(asJson(view))}\n`;
  }

  override item(view: ObjectView): string {
    return `\n${yamlText([asJson(view)])}`;
  }

  override listEnd(metadata: object, isEmpty: boolean): string {
    return `${isEmpty ? ' []' : ''}\n${yamlText({ metadata: metadata as JsonObject })}\n`;
  }
}

const asJson = (view: ObjectView): JsonObject => view.object() as unknown as JsonObject;

class TablePresentation implements Presentation {
  readonly contentType = JSON_TYPE;
  readonly separator = ',';
  readonly listStart: string;
  private readonly start: string;
  private readonly now = new Date();

  constructor(
    private readonly table: TableDefinition,
    version: 'v1' | 'v1beta1',
    private readonly include: IncludeObject,
    private readonly target: Target,
  ) {
    this.start = `{"kind":"Table","apiVersion":"meta.k8s.io/${version}"`;
    this.listStart = `${this.start},"columnDefinitions":${JSON.stringify(tableColumns(table.columns))},"rows":[`;
  }

  single(view: ObjectView): string {
    return `${this.listStart}${this.item(view)}],"metadata":${JSON.stringify({ resourceVersion: view.resourceVersion })}}`;
  }

  item(view: ObjectView): string {
    return this.row(view, this.now);
  }

  listEnd(metadata: object): string {
    return `],"metadata":${JSON.stringify(metadata)}}\n`;
  }

  event(view: ObjectView, first: boolean): string {
    const row = this.row(view, new Date());
    const metadata = JSON.stringify({ resourceVersion: view.resourceVersion });
    // Clients keep the columns of the first event.
    return `${first ? this.listStart : `${this.start},"columnDefinitions":[],"rows":[`}${row}],"metadata":${metadata}}`;
  }

  bookmark(metadata: object): string {
    const { kind } = this.target;
    const object = { kind, apiVersion: apiVersionOf(this.target), metadata };
    const row = JSON.stringify({ cells: this.table.columns.map(() => null), object });
    return `${this.listStart}${row}],"metadata":${JSON.stringify(metadata)}}`;
  }

  private row(view: ObjectView, now: Date): string {
    // A view may parse its text anew whenever it is asked for its object.
    const object = view.object();
    return JSON.stringify(tableRow(this.table.cells(object, now), object, this.include));
  }
}

class MetadataPresentation implements Presentation {
  readonly contentType = JSON_TYPE;
  readonly separator = ',';
  readonly listStart: string;
  private readonly apiVersion: string;

  constructor(version: 'v1' | 'v1beta1') {
    this.apiVersion = `meta.k8s.io/${version}`;
    this.listStart = `{"kind":"PartialObjectMetadataList","apiVersion":"${this.apiVersion}","items":[`;
  }

  single(view: ObjectView): string {
    const { metadata } = view.object();
    return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: this.apiVersion, metadata });
  }

  item(view: ObjectView): string {
    return this.single(view);
  }

  listEnd(metadata: object): string {
    return `],"metadata":${JSON.stringify(metadata)}}\n`;
  }

  event(view: ObjectView): string {
    return this.single(view);
  }

  bookmark(metadata: object): string {
    return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: this.apiVersion, metadata });
  }
}
