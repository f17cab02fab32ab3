import type { GroupVersionKind, JsonSchema } from './json-schema.js';
import type { QueryParameter } from './parameters.js';

/** The part of an OpenAPI v2 document that is used here. */
export interface SwaggerDocument {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, SwaggerPathItem>>;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  readonly securityDefinitions: Readonly<Record<string, SwaggerApiKey>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface SwaggerPathItem {
  readonly get?: SwaggerOperation;
  readonly put?: SwaggerOperation;
  readonly post?: SwaggerOperation;
  readonly delete?: SwaggerOperation;
  readonly patch?: SwaggerOperation;
  readonly parameters: readonly SwaggerParameter[];
}

export interface SwaggerOperation {
  readonly tags: readonly string[];
  readonly description: string;
  readonly operationId: string;
  readonly consumes?: readonly string[];
  readonly produces: readonly string[];
  readonly parameters: readonly SwaggerParameter[];
  readonly responses: Readonly<Record<string, SwaggerResponse>>;
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': GroupVersionKind;
}

export type SwaggerParameter =
  | {
      readonly in: 'path' | 'query';
      readonly name: string;
      readonly description: string;
      readonly required: boolean;
      readonly type: QueryParameter['type'];
      readonly uniqueItems: boolean;
    }
  | { readonly in: 'body'; readonly name: string; readonly required: boolean; readonly schema: JsonSchema };

export interface SwaggerResponse {
  readonly description: string;
  readonly schema?: JsonSchema;
}

export interface SwaggerApiKey {
  readonly type: 'apiKey';
  readonly in: 'header';
  readonly name: string;
  readonly description: string;
}
