// Groups 6.5 to 6.23 of the Autobahn list: byte sequences that are UTF-8, and such as are not.
const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const good = (...sequences) => sequences.map((bytes) => ({ valid: true, bytes: hex(bytes) }));
const bad = (...sequences) => sequences.map((bytes) => ({ valid: false, bytes: hex(bytes) }));
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

// The Greek word that the list is fond of: five letters of 2, 3 (with U+1F79), 2, 2 and 2 bytes.
export const KOSME = hex('ceba e1bdb9 cf83 cebc ceb5').toString();
// Valid up to a surrogate in its middle.
export const INVALID_UTF8_LATE = Buffer.concat([Buffer.from(KOSME), hex('eda080'), Buffer.from('edited')]);

const INCOMPLETE = [
  'c0', 'e080', 'f08080', 'f8808080', 'fc80808080',
  'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf',
]; // prettier-ignore

// The last code point of each plane and the one before: no characters, but valid.
function nonCharacters() {
  const planes = range(0, 17).map((plane) => plane * 0x10000);
  return planes.flatMap((plane) =>
    [0xfffe, 0xffff].map((low) => ({ valid: true, bytes: Buffer.from(String.fromCodePoint(plane + low)) })),
  );
}

export function utf8Groups() {
  const kosme = Buffer.from(KOSME);
  const whole = [2, 5, 7, 9, 11]; // ends of its letters
  const lonely = (from, to) => ({ valid: false, bytes: Buffer.from(range(from, to).flatMap((byte) => [byte, 0x20])) });
  return [
    [
      ...good('68656c6c6f 24 776f726c64', '68656c6c6f c2a2 776f726c64', '68656c6c6f e282ac 776f726c64'),
      ...good('68656c6c6f f0a4ada2 776f726c64'),
      { valid: true, bytes: kosme },
    ],
    range(1, 12).map((size) => ({ valid: whole.includes(size), bytes: kosme.subarray(0, size) })),
    good('00', 'c280', 'e0a080', 'f0908080'),
    bad('f888808080', 'fc8480808080'),
    good('7f', 'dfbf', 'efbfbf', 'f48fbfbf'),
    bad('f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'),
    [...good('ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'), ...bad('f4908080')],
    [
      ...bad('80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf'),
      { valid: false, bytes: Buffer.from(range(0x80, 0xbf)) },
    ],
    [lonely(0xc0, 0xdf), lonely(0xe0, 0xef), lonely(0xf0, 0xf7), lonely(0xf8, 0xfb), lonely(0xfc, 0xfd)],
    bad(...INCOMPLETE),
    bad(INCOMPLETE.join('')),
    bad('fe', 'ff', 'fefeffff'),
    bad('c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'),
    bad('c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'),
    bad('c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'),
    bad('eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'),
    bad(
      ...['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap((high) => [`${high}edb080`, `${high}edbfbf`]),
    ),
    nonCharacters(),
    good('efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd', 'efbfbe', 'efbfbf'),
  ];
}
