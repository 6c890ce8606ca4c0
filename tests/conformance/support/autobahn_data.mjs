// What areas 12 and 13 of the Autobahn list send: five bodies of data of the sizes and kinds of the list, made here (the
// same at each run). Text is a string, counted in characters; binary is a Buffer.
function randomNumbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // the upper bits are the good ones
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = (
  'support message customer answer order invoice delivery password account screen printer update thanks hello ' +
  'yesterday tomorrow please wait moment ticket number straße größer café naïve 日本 привет'
).split(' ');

function sentences(random, words, length) {
  let text = '';
  while (text.length < length) {
    const count = 4 + random(12);
    const sentence = Array.from({ length: count }, () => words[random(words.length)]).join(' ');
    text += `${sentence[0].toUpperCase()}${sentence.slice(1)}.${random(5) ? ' ' : '\r\n\r\n'}`;
  }
  return text.slice(0, length);
}

function jsonText(length) {
  const random = randomNumbers(1);
  let text = '[';
  for (let id = 1; text.length < length; ++id) {
    const item = { id, guid: random(2 ** 31).toString(16), active: random(2) === 1, balance: random(4000) / 100 };
    text += `${JSON.stringify({ ...item, name: WORDS[random(WORDS.length)], about: sentences(random, WORDS, 120) })},`;
  }
  return text.slice(0, length);
}

// A picture of 8 bits a point: smooth, with noise in the lowest bits.
function bitmap(length) {
  const random = randomNumbers(2);
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; ++i) {
    const [x, y] = [i % 512, Math.floor(i / 512)];
    bytes[i] = 128 + 60 * Math.sin(x / 40) + 50 * Math.cos(y / 70 + x / 200) + random(3);
  }
  return bytes;
}

function htmlText(length) {
  const random = randomNumbers(4);
  let text = '<!DOCTYPE html><html><body>';
  while (text.length < length) {
    const link = `<a href="/t/${random(100_000)}" class="link">${WORDS[random(WORDS.length)]}</a>`;
    text += `<div class="row odd"><p>${sentences(random, WORDS, 60)}</p>${link}</div>\n`;
  }
  return text.slice(0, length);
}

// Mostly compressed already, with readable parts between.
function document(length) {
  const random = randomNumbers(5);
  const parts = [];
  for (let size = 0; size < length; ) {
    const stream = Buffer.from(Array.from({ length: 2000 + random(6000) }, () => random(256)));
    const head = Buffer.from(`${parts.length} 0 obj\n<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`);
    parts.push(head, stream, Buffer.from('\nendstream\nendobj\n'));
    size += head.length + stream.length + 18;
  }
  return Buffer.concat(parts).subarray(0, length);
}

const plainWords = WORDS.filter((word) => /^[a-z]+$/.test(word));

// In the order of 12.1 to 12.5.
export const DATA = [
  { name: 'JSON', data: jsonText(194_056), shrinks: true },
  { name: 'bitmap', data: bitmap(263_222), shrinks: true },
  { name: 'human text, as binary', data: Buffer.from(sentences(randomNumbers(3), plainWords, 222_218)), shrinks: true },
  { name: 'HTML', data: htmlText(263_527), shrinks: true },
  { name: 'PDF', data: document(1_042_328), shrinks: false },
];

// [length of a message, octets of a frame; 0: one frame], in the order of 12.x.1 to 12.x.18.
export const SIZES = [
  ...[16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].map((length) => [length, 0]),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((length) => [length, 256]),
  ...[1024, 4096, 32_768].map((octets) => [131_072, octets]),
];

// Messages of `length`, one after the other out of `data`, round and round.
export function* messages(data, length) {
  for (let from = 0; ; from = (from + length) % data.length) {
    const to = (from + length) % data.length;
    if (to > from) yield data.slice(from, to);
    else if (typeof data === 'string') yield data.slice(from) + data.slice(0, to);
    else yield Buffer.concat([data.subarray(from), data.subarray(0, to)]);
  }
}
