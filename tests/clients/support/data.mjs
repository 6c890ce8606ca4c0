// Arguments that go through every client and back, and their comparison: a client may hand out binary data as Buffer,
// ArrayBuffer or Uint8Array, so only the bytes count.
import assert from 'node:assert/strict';

// With memory of its own: @hyoga/uni-socket.io sends all the memory that a Buffer looks into.
export const bytesOf = (length, value) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => value ?? (i * 7 + length) % 256).buffer);

const CONTROLS = Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('');

export const DATA = {
  texts: [
    [],
    ['plain'],
    ['h\u00e9llo \u{1f600} \u4f60\u597d \u0627\u0644 e\u0301', '\u2028\u2029\u00a0\ufeff', `"\\/${CONTROLS}\u007f`],
    [0, -1, 0.1, 1e21, -1.5e-9, 2 ** 53 - 1, true, false, null, ''],
    [{ deep: { er: [[], {}, [{ a: [1, [2, [3]]] }]] }, '': 0, 'k\u00e9y': { _placeholder: true, num: 'not binary' } }],
    ['x'.repeat(300_000), Array.from({ length: 500 }, (_, i) => `\u{1f600}${i}`)],
  ],
  binaries: [
    [bytesOf(4)],
    [bytesOf(0), 'text beside', { list: [bytesOf(1), { deeper: bytesOf(256) }], n: 1 }],
    [bytesOf(200_001), bytesOf(3)],
  ],
};

const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

function plain(value) {
  if (isBytes(value)) {
    const view = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    return { bytes: Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64') };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

export function deepEqualWithBytes(actual, expected) {
  assert.deepEqual(plain(actual), plain(expected));
}
