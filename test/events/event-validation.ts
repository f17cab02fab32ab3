import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { EventType } from '#lib/events';
import { fileName, SCHEMAS, type JsonSchema } from './event-schemas.js';

/** Types of which no transcript of the conformance tests makes an event. */
export const BESIDE_TRANSCRIPTS: readonly EventType[] = [
  'NamespaceMetadataChanged',
  'RoleMetadataChanged',
  'RoleRulesChanged',
  'RoleDeleted',
  'RoleBindingMetadataChanged',
  'RoleBindingSubjectsChanged',
  'LimitRangeMetadataChanged',
  'LimitRangeLimitsChanged',
  'ResourceQuotaMetadataChanged',
  'GroupCreated',
  'GroupMetadataChanged',
  'GroupUsersChanged',
  'GroupDeleted',
  'SignatureVerified',
  'ServiceAccountCreated',
  'ServiceAccountMetadataChanged',
  'ServiceAccountContentChanged',
  'ServiceAccountDeleted',
];

/** Holds events against the schemas that consumers are given. */
export class EventValidation {
  private readonly ajv = new Ajv({ allErrors: true });
  private readonly known = new Map<EventType, ValidateFunction>();
  /** Types of which an event was seen. */
  readonly seen = new Set<EventType>();
  readonly problems: string[] = [];

  add({ type, data }: { readonly type: string; readonly data: unknown }): void {
    const validate = this.of(type as EventType);
    this.seen.add(type as EventType);
    if (!validate(data))
      this.problems.push(`${type}: ${this.ajv.errorsText(validate.errors)} in ${JSON.stringify(data)}`);
  }

  private of(type: EventType): ValidateFunction {
    const known = this.known.get(type);
    if (known !== undefined) return known;
    const schema = JSON.parse(readFileSync(join(SCHEMAS, fileName(type)), 'utf8')) as JsonSchema;
    const validate = this.ajv.compile(schema);
    this.known.set(type, validate);
    return validate;
  }
}
