import {
  booleanField,
  messageField,
  messageFields,
  messageOf,
  textField,
  textFields,
} from '../protobuf/wire-writer.js';
import type { EncodedField } from '../protobuf/wire-writer.js';
import type { JsonSchema } from './json-schema.js';
import type {
  SwaggerApiKey,
  SwaggerDocument,
  SwaggerOperation,
  SwaggerParameter,
  SwaggerPathItem,
  SwaggerResponse,
} from './swagger-document.js';

/**
 * An OpenAPI v2 document as the protobuf message `openapi.v2.Document`.
 *
 * Field numbers: `openapiv2/OpenAPIv2.proto` of google/gnostic. What it calls a map is there a list of named values.
 */
export const encodeGnosticDocument = (document: SwaggerDocument): Buffer =>
  messageOf(
    textField(1, document.swagger),
    messageField(2, messageOf(textField(1, document.info.title), textField(2, document.info.version))),
    messageField(8, messageFields(2, named(document.paths, pathItem))),
    messageField(9, messageFields(1, named(document.definitions, schema))),
    messageFields(
      12,
      document.security.map((requirement) =>
        messageFields(
          1,
          named(requirement, (scopes) => textFields(1, scopes)),
        ),
      ),
    ),
    messageField(13, messageFields(1, named(document.securityDefinitions, apiKey))),
  );

const named = <T>(values: Readonly<Record<string, T>>, encode: (value: T) => Buffer): readonly Buffer[] =>
  Object.entries(values).map(([name, value]) => messageOf(textField(1, name), messageField(2, encode(value))));

const optional = <T>(value: T | undefined, encode: (value: T) => Buffer): Buffer | undefined =>
  value === undefined ? undefined : encode(value);

/** `SecurityDefinitionsItem`, of which an API key is the second kind. */
const apiKey = ({ type, name, in: place, description }: SwaggerApiKey): Buffer =>
  messageField(2, messageOf(textField(1, type), textField(2, name), textField(3, place), textField(4, description)));

const pathItem = (item: SwaggerPathItem): Buffer =>
  messageOf(
    messageField(2, optional(item.get, operation)),
    messageField(3, optional(item.put, operation)),
    messageField(4, optional(item.post, operation)),
    messageField(5, optional(item.delete, operation)),
    messageField(8, optional(item.patch, operation)),
    messageFields(9, item.parameters.map(parameter)),
  );

const operation = (value: SwaggerOperation): Buffer =>
  messageOf(
    textFields(1, value.tags),
    textField(3, value.description),
    textField(5, value.operationId),
    textFields(6, value.produces),
    textFields(7, value.consumes),
    messageFields(8, value.parameters.map(parameter)),
    messageField(9, messageFields(1, named(value.responses, response))),
    extensions(13, value),
  );

/** `ParametersItem` with a `Parameter` in it, which is one of the body or one of several others. */
const parameter = (value: SwaggerParameter): Buffer => messageField(1, parameterByPlace(value));

function parameterByPlace(value: SwaggerParameter): Buffer {
  switch (value.in) {
    case 'body':
      return messageField(
        1,
        messageOf(
          textField(2, value.name),
          textField(3, value.in),
          booleanField(4, value.required),
          messageField(5, schema(value.schema)),
        ),
      );
    case 'query':
      return messageField(2, messageField(3, messageOf(...plainParameter(value), booleanField(20, value.uniqueItems))));
    case 'path':
      return messageField(2, messageField(4, messageOf(...plainParameter(value), booleanField(19, value.uniqueItems))));
  }
}

/** The type has one number after a query parameter's `allow_empty_value`, another where there is no such thing. */
const plainParameter = (value: Exclude<SwaggerParameter, { readonly in: 'body' }>): readonly EncodedField[] => [
  booleanField(1, value.required),
  textField(2, value.in),
  textField(3, value.description),
  textField(4, value.name),
  textField(value.in === 'query' ? 6 : 5, value.type),
];

/** `ResponseValue` with a `Response`, whose schema is a `SchemaItem`. */
const response = ({ description, schema: answer }: SwaggerResponse): Buffer =>
  messageField(
    1,
    messageOf(
      textField(1, description),
      messageField(
        2,
        optional(answer, (value) => messageField(1, schema(value))),
      ),
    ),
  );

const schema = (value: JsonSchema): Buffer =>
  messageOf(
    textField(1, value.$ref),
    textField(2, value.format),
    textField(4, value.description),
    messageField(5, optional(value.default, anything)),
    booleanField(16, value.uniqueItems),
    textFields(19, value.required),
    messageFields(20, (value.enum ?? []).map(anything)),
    messageField(
      21,
      optional(value.additionalProperties, (values) => messageField(1, schema(values))),
    ),
    messageField(
      22,
      optional(value.type, (type) => textField(1, type)),
    ),
    messageField(
      23,
      optional(value.items, (items) => messageField(1, schema(items))),
    ),
    messageFields(24, (value.allOf ?? []).map(schema)),
    messageField(
      25,
      optional(value.properties, (properties) => messageFields(1, named(properties, schema))),
    ),
    extensions(31, value),
  );

/** All keys that begin with `x-`. */
const extensions = (field: number, value: object): EncodedField =>
  messageFields(
    field,
    named(Object.fromEntries(Object.entries(value).filter(([key]) => key.startsWith('x-'))), anything),
  );

/** `Any`: its text is YAML, and so is JSON. */
const anything = (value: unknown): Buffer => textField(2, JSON.stringify(value));
