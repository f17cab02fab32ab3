/** A column that the server prints for `kubectl get`. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'date';
  /** `name` marks the column that names the object. */
  readonly format?: 'name' | 'date-time' | 'int32' | 'int64';
  readonly description: string;
  /** 0 is always shown; anything above only with `-o wide`. */
  readonly priority?: number;
}
