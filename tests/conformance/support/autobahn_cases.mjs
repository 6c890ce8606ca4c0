// The cases of the Autobahn list that need no compression, as data: {id, steps, ends}. A step is one of
//   {send: [frame…], how: 'whole' | 'frames' | octets a write}
//   {expect: ['text' | 'binary' | 'pong', payload]}
//   {quiet: true}         nothing has come, and the connection is there
// `ends`: 1000 and so on: the server must close with that code; 'clean': we close with 1000 and it answers; null: the
// steps have sent a close frame, which it answers with the same code (`answer`).
// Text carries Engine.IO's `4` in its first byte, here as in what comes back.
import { Opcode, bytesOf, closePayload, fragments, frame } from './autobahn_client.mjs';
import { INVALID_UTF8_LATE, KOSME, utf8Groups } from './autobahn_utf8.mjs';

const { continuation, text, binary, close, ping, pong } = Opcode;

const t = (payload) => Buffer.concat([bytesOf('4'), bytesOf(payload)]);
const more = { fin: false };
const send = (how, ...frames) => ({ send: frames, how });
const whole = (...frames) => send('whole', ...frames);
const expect = (kind, payload) => ({ expect: [kind, bytesOf(payload)] });
const echo = (payload) => expect('text', t(payload));
const QUIET = { quiet: true };

const CHOPS = ['whole', 'frames', 1];
const list = (prefix, cases) => cases.map((one, i) => ({ ends: 'clean', ...one, id: `${prefix}${i + 1}` }));

function area1() {
  const group = (prefix, opcode, kind, payload) => {
    const sizes = [0, 125, 126, 127, 128, 65_535, 65_536, 65_536];
    return list(
      prefix,
      sizes.map((size, i) => {
        const message = payload(size);
        return { steps: [send(i === 7 ? 997 : 'whole', frame(opcode, message)), expect(kind, message)] };
      }),
    );
  };
  return [
    // The `4` is one of the bytes, so that the lengths are those of the list; only the empty message has it in addition.
    ...group('1.1.', text, 'text', (size) => t('*'.repeat(Math.max(size - 1, 0)))),
    ...group('1.2.', binary, 'binary', (size) => Buffer.alloc(size, 0xfe)),
  ];
}

function area2() {
  const octets = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]);
  const longest = Buffer.alloc(125, 0xfe);
  const ten = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
  const tenPings = ten.map((payload) => frame(ping, payload));
  const tenPongs = ten.map((payload) => expect('pong', payload));
  return list('2.', [
    { steps: [whole(frame(ping)), expect('pong', '')] },
    { steps: [whole(frame(ping, 'Hello, world!')), expect('pong', 'Hello, world!')] },
    { steps: [whole(frame(ping, octets)), expect('pong', octets)] },
    { steps: [whole(frame(ping, longest)), expect('pong', longest)] },
    { steps: [whole(frame(ping, Buffer.alloc(126, 0xfe)))], ends: 1002 },
    { steps: [send(1, frame(ping, longest)), expect('pong', longest)] },
    { steps: [whole(frame(pong))] },
    { steps: [whole(frame(pong, 'unsolicited pong payload'))] },
    { steps: [whole(frame(pong, 'unsolicited'), frame(ping, 'ping payload')), expect('pong', 'ping payload')] },
    { steps: [whole(...tenPings), ...tenPongs] },
    { steps: [send(1, ...tenPings), ...tenPongs] },
  ]);
}

function area3() {
  const hello = frame(text, t('Hello, world!'));
  const marked = (rsv, opcode = text, payload = t('Hello, world!')) => frame(opcode, payload, { rsv });
  const after = (rsv, how) => ({
    steps: [send(how, hello, marked(rsv), frame(ping)), echo('Hello, world!')],
    ends: 1002,
  });
  return list('3.', [
    { steps: [whole(marked(1))], ends: 1002 },
    after(2, 'whole'),
    after(3, 'frames'),
    after(4, 1),
    { steps: [whole(marked(5, binary, Buffer.alloc(8, 0xff)))], ends: 1002 },
    { steps: [whole(marked(6, ping, 'Hello, world!'))], ends: 1002 },
    { steps: [whole(marked(7, close, closePayload(1000)))], ends: 1002 },
  ]);
}

function area4() {
  const hello = frame(text, t('Hello, world!'));
  const group = (prefix, first) => {
    const after = (opcode, payload, how) => ({
      steps: [send(how, hello, frame(opcode, payload), frame(ping)), echo('Hello, world!')],
      ends: 1002,
    });
    return list(prefix, [
      { steps: [whole(frame(first))], ends: 1002 },
      { steps: [whole(frame(first + 1, 'reserved opcode payload'))], ends: 1002 },
      after(first + 2, '', 'whole'),
      after(first + 3, 'reserved opcode payload', 'whole'),
      after(first + 4, 'reserved opcode payload', 1),
    ]);
  };
  return [...group('4.1.', 3), ...group('4.2.', 11)];
}

function area5() {
  const start = frame(text, t('fragment1'), more);
  const end = frame(continuation, 'fragment2');
  const asked = frame(ping, 'ping payload');
  const both = echo('fragment1fragment2');
  const stray = (options) => [frame(continuation, 'non-continuation payload', options), frame(text, t('Hello, world!'))];
  const startless = (fin) =>
    Array.from({ length: 2 }, () => [
      frame(continuation, 'fragment1', { fin }),
      frame(text, t('fragment2'), more),
      frame(continuation, 'fragment3'),
    ]).flat();
  const first = [start, frame(continuation, 'fragment2', more), frame(ping, 'pongme 1!')];
  const last = [
    frame(continuation, 'fragment3', more),
    frame(continuation, 'fragment4', more),
    frame(ping, 'pongme 2!'),
    frame(continuation, 'fragment5'),
  ];
  const five = (how) => ({
    steps: [
      send(how, ...first),
      expect('pong', 'pongme 1!'),
      send(how, ...last),
      expect('pong', 'pongme 2!'),
      echo('fragment1fragment2fragment3fragment4fragment5'),
    ],
  });
  return list('5.', [
    { steps: [whole(frame(ping, 'fragment1', more), end)], ends: 1002 },
    { steps: [whole(frame(pong, 'fragment1', more), end)], ends: 1002 },
    ...CHOPS.map((how) => ({ steps: [send(how, start, end), both] })),
    ...CHOPS.map((how) => ({ steps: [send(how, start, asked, end), expect('pong', 'ping payload'), both] })),
    ...CHOPS.map((how) => ({ steps: [send(how, ...stray({ fin: true }))], ends: 1002 })),
    ...CHOPS.map((how) => ({ steps: [send(how, ...stray(more))], ends: 1002 })),
    { steps: [whole(start, end, frame(continuation, 'fragment3', more), frame(text, t('fragment4'))), both], ends: 1002 },
    { steps: [whole(...startless(false))], ends: 1002 },
    { steps: [whole(...startless(true))], ends: 1002 },
    { steps: [whole(start, frame(text, 'fragment2'))], ends: 1002 },
    five('whole'),
    five('frames'),
  ]);
}

function area6() {
  const umlauts = 'Hello-µ@ßöäüàá-UTF-8!!';
  const parts = [t(KOSME), Buffer.from([0xf4, 0x90, 0x80, 0x80]), bytesOf('edited')];
  const bad = t(INVALID_UTF8_LATE);
  const headBytes = 2 + 4;
  const broken = frame(text, Buffer.concat(parts));
  const chop = (from, to) => whole(broken.subarray(from, to));
  const cut = headBytes + parts[0].length;
  // 6.4: the server must say 1007 when the part arrives that makes the text invalid, not when the message ends.
  const late = (first, second) => ({ steps: [first, QUIET, second], ends: 1007 });
  const fragment = (opcode, payload) => whole(frame(opcode, payload, more));
  return [
    ...list('6.1.', [
      { steps: [whole(frame(text, t(''))), echo('')] },
      // All three are empty but for the `4`.
      { steps: [whole(frame(text, '', more), frame(continuation, t(''), more), frame(continuation)), echo('')] },
      { steps: [whole(frame(text, '', more), frame(continuation, t('middle'), more), frame(continuation)), echo('middle')] },
    ]),
    ...list('6.2.', [
      { steps: [whole(frame(text, t(umlauts))), echo(umlauts)] },
      {
        steps: [whole(frame(text, t('Hello-µ@ßöä'), more), frame(continuation, 'üàá-UTF-8!!')), echo(umlauts)],
      },
      { steps: [whole(...fragments(text, t(umlauts), 1)), echo(umlauts)] },
      { steps: [whole(...fragments(text, t(KOSME), 1)), echo(KOSME)] },
    ]),
    ...list('6.3.', [
      { steps: [whole(frame(text, bad))], ends: 1007 },
      { steps: [whole(...fragments(text, bad, 1))], ends: 1007 },
    ]),
    ...list('6.4.', [
      late(fragment(text, parts[0]), fragment(continuation, parts[1])),
      late(fragment(text, Buffer.concat([parts[0], bytesOf([0xf4])])), fragment(continuation, bytesOf([0x90]))),
      late(chop(0, cut), chop(cut, cut + 4)),
      late(chop(0, cut + 1), chop(cut + 1, cut + 2)),
    ]),
    ...utf8Groups().flatMap((group, i) =>
      list(
        `6.${i + 5}.`,
        group.map(({ valid, bytes }) =>
          valid
            ? { steps: [whole(frame(text, t(bytes))), echo(bytes)] }
            : { steps: [whole(frame(text, t(bytes)))], ends: 1007 },
        ),
      ),
    ),
  ];
}

function area7() {
  const hello = frame(text, t('Hello World!'));
  const closing = (code, reason) => frame(close, closePayload(code, reason));
  const normal = closing(1000);
  const closes = (answer, ...frames) => ({ steps: [whole(...frames)], ends: null, answer });
  const big = t('BAsd7&jh23'.repeat(26_215).slice(0, 262_143));
  return [
    ...list('7.1.', [
      { steps: [whole(hello, normal), echo('Hello World!')], ends: null, answer: 1000 },
      closes(1000, normal, normal),
      closes(1000, normal, frame(ping)),
      closes(1000, normal, hello),
      closes(1000, frame(text, t('fragment1'), more), normal, frame(continuation, 'fragment2')),
      {
        steps: [whole(frame(text, big), hello, normal, frame(ping)), expect('text', big), echo('Hello World!')],
        ends: null,
        answer: 1000,
      },
    ]),
    ...list('7.3.', [
      closes(1005, frame(close)),
      { steps: [whole(frame(close, 'a'))], ends: 1002 },
      closes(1000, normal),
      closes(1000, closing(1000, 'Hello World!')),
      closes(1000, closing(1000, '*'.repeat(123))),
      { steps: [whole(closing(1000, '*'.repeat(124)))], ends: 1002 },
    ]),
    ...list('7.5.', [{ steps: [whole(closing(1000, INVALID_UTF8_LATE))], ends: 1007 }]),
    ...list(
      '7.7.',
      [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map((code) =>
        closes(code, closing(code)),
      ),
    ),
    ...list(
      '7.9.',
      [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].map((code) => ({ steps: [whole(closing(code))], ends: 1002 })),
    ),
    ...list(
      '7.13.',
      [5000, 65_535].map((code) => ({ steps: [whole(closing(code))], ends: 1002 })),
    ),
  ];
}

const KIB = 1024;
const payloadOf = (opcode, size) =>
  opcode === text ? t('*'.repeat(Math.max(size - 1, 0))) : Buffer.alloc(size, 0xfe);

// Built when it runs: together they are 200 MB.
function area9(messages) {
  const kinds = [
    ['text', text],
    ['binary', binary],
  ];
  const both = (group, make) =>
    kinds.flatMap(([kind, opcode], i) => list(`9.${group + i}.`, make(kind, opcode)).map((one) => ({ ...one, ends: 'clean' })));
  const large = (kind, opcode) =>
    [64, 256, 1024, 4096, 8192, 16_384].map((kib) => ({
      build: () => [whole(frame(opcode, payloadOf(opcode, kib * KIB))), expect(kind, payloadOf(opcode, kib * KIB))],
    }));
  const fragmented = (kind, opcode) =>
    [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB].map((size) => ({
      build: () => {
        const payload = payloadOf(opcode, 4096 * KIB);
        return [whole(Buffer.concat(fragments(opcode, payload, size))), expect(kind, payload)];
      },
    }));
  const chopped = (kind, opcode) =>
    [64, 128, 256, 512, 1024, 2048].map((size) => ({
      build: () => [
        send(size, frame(opcode, payloadOf(opcode, 1024 * KIB))),
        expect(kind, payloadOf(opcode, 1024 * KIB)),
      ],
    }));
  const many = (kind, opcode) =>
    [0, 16, 64, 256, 1024, 4096].map((size) => ({
      build: () => {
        const one = [whole(frame(opcode, payloadOf(opcode, size))), expect(kind, payloadOf(opcode, size))];
        return Array.from({ length: messages }, () => one).flat();
      },
    }));
  return [...both(1, large), ...both(3, fragmented), ...both(5, chopped), ...both(7, many)];
}

function area10() {
  const payload = t('*'.repeat(65_535));
  return list('10.1.', [{ steps: [whole(...fragments(text, payload, 1300)), expect('text', payload)] }]);
}

// `messages`: how many a case of 9.7 and 9.8 sends; 1,000 in the list.
export function areas(messages) {
  return {
    1: area1(),
    2: area2(),
    3: area3(),
    4: area4(),
    5: area5(),
    6: area6(),
    7: area7(),
    9: area9(messages),
    10: area10(),
  };
}
