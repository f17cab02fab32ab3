/** The fields of a protobuf message by number; numbers that are not named here are passed over. */
export type MessageShape = Readonly<Record<number, MessageField>>;

export interface MessageField {
  /** Key in the JSON form of the object. */
  readonly name: string;
  readonly type: FieldType;
}

export type FieldType =
  | ScalarType
  | { readonly kind: 'message'; readonly shape: MessageShape }
  | { readonly kind: 'messages'; readonly shape: MessageShape }
  | { readonly kind: 'strings' }
  | { readonly kind: 'map'; readonly values: MapValues };

export interface ScalarType {
  readonly kind: ScalarKind;
  /**
   * Go writes a field that is no pointer even when it is empty, while its JSON form leaves it out. So zero means
   * absent, unless the field is a pointer.
   */
  readonly isPointer: boolean;
}

export type ScalarKind = 'string' | 'bool' | 'int32' | 'int64' | 'time' | 'microTime';

/** Values of a map: text, bytes (base64 in JSON), or a message whose only field is a list of texts, or a quantity. */
export type MapValues = 'string' | 'bytes' | 'strings' | 'quantity';

const scalar =
  (kind: ScalarKind, isPointer = false) =>
  (name: string): MessageField => ({ name, type: { kind, isPointer } });

export const text = scalar('string');
export const flag = scalar('bool');
export const int32 = scalar('int32');
export const int64 = scalar('int64');
/** `metav1.Time`: RFC 3339 with whole seconds. */
export const time = scalar('time');
/** `metav1.MicroTime`: RFC 3339 with six digits of fraction. */
export const microTime = scalar('microTime');
export const optionalText = scalar('string', true);
export const optionalFlag = scalar('bool', true);
export const optionalInt64 = scalar('int64', true);

export const texts = (name: string): MessageField => ({ name, type: { kind: 'strings' } });
export const mapOf = (name: string, values: MapValues): MessageField => ({ name, type: { kind: 'map', values } });
export const one = (name: string, shape: MessageShape): MessageField => ({ name, type: { kind: 'message', shape } });
export const many = (name: string, shape: MessageShape): MessageField => ({ name, type: { kind: 'messages', shape } });
