// Checks of what comes from outside, at the place where it enters. Refuses to guess: a value of the wrong shape throws.
export class DecodeError extends Error {
  override name = 'DecodeError';
}

export type Fields = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DecodeError('object expected');
  return value as Fields;
}

export function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new DecodeError('array expected');
  return value;
}

export function asText(value: unknown): string {
  if (typeof value !== 'string') throw new DecodeError('text expected');
  return value;
}

export function asId(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new DecodeError('id expected');
  return value;
}

export function asFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new DecodeError('boolean expected');
  return value;
}

/** Absent and null alike give null. */
export function optional<T>(value: unknown, as: (value: unknown) => T): T | null {
  return value === undefined || value === null ? null : as(value);
}

/** UTC without a zone, as the server writes it, to milliseconds since 1970. */
export function asTime(value: unknown): number {
  const at = Date.parse(`${asText(value)}Z`);
  if (Number.isNaN(at)) throw new DecodeError('timestamp expected');
  return at;
}
