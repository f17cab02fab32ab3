import { fieldsOf } from '../schema/schema.js';
import type { ArraySchema, Fields, ObjectSchema, Schema } from '../schema/schema.js';
import type { GroupVersionKind, JsonSchema } from './json-schema.js';

/** In which the two versions of OpenAPI differ. */
export interface Dialect {
  /** What stands before the name of a component in a `$ref`. */
  readonly prefix: '#/components/schemas/' | '#/definitions/';
  /**
   * OpenAPI v3.0 ignores whatever stands beside a `$ref`; so a field with a description of its own refers by `allOf`.
   * Clients of v2 documents do not follow `allOf`, and read what stands beside.
   */
  readonly wrapsReferences: boolean;
  /** Whether lists say how server-side apply merges them. */
  readonly listTypes: boolean;
}

/** The named shapes of one document, gathered while operations and other shapes refer to them. */
export class Components {
  private readonly byName = new Map<string, Component>();

  constructor(private readonly dialect: Dialect) {}

  /** Refers to a shape for what it is; a field that uses it goes through its parent. */
  reference(shape: ObjectSchema, ...kinds: readonly GroupVersionKind[]): JsonSchema {
    const name = nameOf(shape);
    const component = this.require(name, shape);
    component.description ??= shape.description;
    for (const kind of kinds) component.kinds.set(`${kind.group}/${kind.version}/${kind.kind}`, kind);
    return { $ref: `${this.dialect.prefix}${name}` };
  }

  /** All shapes by name, in the order of their names. */
  schemas(): Readonly<Record<string, JsonSchema>> {
    const names = [...this.byName.keys()].sort();
    return Object.fromEntries(
      names.flatMap((name) => {
        const component = this.byName.get(name);
        return component === undefined ? [] : [[name, schemaOfComponent(component)] as const];
      }),
    );
  }

  /**
   * A shape is described where it stands for itself: as a resource, or as an element. The text at a field tells of the
   * field. The first shape of a name counts, should two be told apart by nothing else.
   */
  private require(name: string, shape: ObjectSchema): Component {
    const present = this.byName.get(name);
    if (present !== undefined) return present;
    const component: Component = { object: {}, kinds: new Map() };
    // Known before its fields are: a shape may refer to itself.
    this.byName.set(name, component);
    component.object = this.objectOf(fieldsOf(shape));
    return component;
  }

  private objectOf(fields: Fields): JsonSchema {
    const names = Object.keys(fields).sort();
    if (names.length === 0) return { type: 'object' };
    const required = names.filter((name) => fields[name]?.required === true);
    const properties = Object.entries(fields).map(([name, schema]) => [name, this.fieldOf(schema)] as const);
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length === 0 ? {} : { required }),
    };
  }

  private fieldOf(schema: Schema): JsonSchema {
    const { description } = schema;
    const hints = { ...this.patchHints(schema), ...(schema.default === undefined ? {} : { default: schema.default }) };
    switch (schema.type) {
      case 'string':
        return {
          description,
          type: 'string',
          // Clients know no such format: for them an amount is a text.
          ...(schema.format === undefined || schema.format === 'quantity' ? {} : { format: schema.format }),
          ...(schema.enum === undefined ? {} : { enum: schema.enum }),
          ...hints,
        };
      case 'integer':
        return { description, type: 'integer', format: schema.format, ...hints };
      case 'boolean':
        return { description, type: 'boolean', ...hints };
      case 'array':
        return { description, type: 'array', items: this.elementOf(schema.items), ...hints };
      case 'map':
        return { description, type: 'object', additionalProperties: this.elementOf(schema.values), ...hints };
      case 'raw':
        return { description, type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...hints };
      case 'object':
        return this.objectField(schema, hints);
    }
  }

  private objectField(schema: ObjectSchema, hints: JsonSchema): JsonSchema {
    const { description, definition } = schema;
    if (definition === undefined) return { description, ...this.objectOf(fieldsOf(schema)), ...hints };
    this.require(definition, schema);
    const reference = { $ref: `${this.dialect.prefix}${definition}` };
    if (!this.dialect.wrapsReferences) return { ...reference, description, ...hints };
    return { description, ...(isMetadata(definition) ? NEVER_NULL : {}), allOf: [reference], ...hints };
  }

  /** An element of a list or a value of a map: null there reads as the empty object. */
  private elementOf(schema: Schema): JsonSchema {
    if (schema.type !== 'object' || schema.definition === undefined) return this.fieldOf(schema);
    const reference = this.reference(schema);
    return this.dialect.wrapsReferences ? { ...NEVER_NULL, allOf: [reference] } : reference;
  }

  private patchHints(schema: Schema): JsonSchema {
    if (schema.patch === undefined) return {};
    const { strategy, mergeKey } = schema.patch;
    return {
      'x-kubernetes-patch-strategy': strategy,
      ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
      ...(schema.type === 'array' && this.dialect.listTypes ? listType(schema) : {}),
    };
  }
}

/** A shape while its uses are being gathered. */
interface Component {
  object: JsonSchema;
  description?: string;
  readonly kinds: Map<string, GroupVersionKind>;
}

/** What Kubernetes writes for a struct that is no pointer. */
const NEVER_NULL: JsonSchema = { default: {} };

const isMetadata = (definition: string): boolean => /\.(?:ObjectMeta|ListMeta)$/.test(definition);

function schemaOfComponent({ object, description, kinds }: Component): JsonSchema {
  return {
    ...(description === undefined ? {} : { description }),
    ...object,
    ...(kinds.size === 0 ? {} : { 'x-kubernetes-group-version-kind': [...kinds.values()] }),
  };
}

function listType({ patch }: ArraySchema): JsonSchema {
  if (patch?.strategy !== 'merge') return {};
  if (patch.mergeKey === undefined) return { 'x-kubernetes-list-type': 'set' };
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [patch.mergeKey] };
}

/** Without a name nothing can refer to it, and clients find kinds by going through the named ones. */
function nameOf({ definition, description }: ObjectSchema): string {
  if (definition === undefined) throw new TypeError(`a shape that stands for itself needs a name: ${description}`);
  return definition;
}
