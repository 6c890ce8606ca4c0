// W5: our port of the Autobahn list, areas 12 and 13: the 216 cases of permessage-deflate, over TCP against bare Engine.IO
// of sio-conformance. Area 12 (five kinds of data) meets a server as it compresses by default, without context takeover;
// area 13 (seven offers) one that allows it. AUTOBAHN_MESSAGES: messages of each case (the list: 1,000).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AutobahnClient, Opcode, bytesOf, closePayload, fragments, frame } from './support/autobahn_client.mjs';
import { DATA, SIZES, messages } from './support/autobahn_data.mjs';
import { DeflatePeer } from './support/deflate_client.mjs';
import { startServer } from './support/server.mjs';

const MESSAGES = Number(process.env.AUTOBAHN_MESSAGES ?? 10);

// The offer of the list's client: it can do both, and asks for what the case says.
const offer = (...asks) =>
  ['permessage-deflate', 'client_no_context_takeover', 'client_max_window_bits', ...asks].join('; ');
const NO_TAKEOVER = 'server_no_context_takeover';
const OFFERS = [
  [offer()],
  [offer(NO_TAKEOVER)],
  [offer('server_max_window_bits=9')],
  [offer('server_max_window_bits=15')],
  [offer(NO_TAKEOVER, 'server_max_window_bits=9')],
  [offer(NO_TAKEOVER, 'server_max_window_bits=15')],
  [offer(NO_TAKEOVER, 'server_max_window_bits=9'), offer(NO_TAKEOVER), offer()],
];

const servers = {};

// Sends `count` messages and takes their echoes; returns the answer to the offer and how many echoes were compressed.
async function echoAll(server, offers, { data, length, octets, count }) {
  const client = await AutobahnClient.open(server, offers);
  assert.ok(client.extensions, 'the server has agreed on nothing');
  const peer = new DeflatePeer(client.extensions);
  const [kind, opcode] = typeof data === 'string' ? ['text', Opcode.text] : ['binary', Opcode.binary];
  const source = messages(data, length);
  let compressed = 0;
  try {
    // It must go through the same window as all that follows.
    if (client.openPacket.compressed) assert.equal((await peer.inflate(client.openPacket.payload))[0], 0x30);
    for (let i = 0; i < count; ++i) {
      const message = bytesOf(kind === 'text' ? `4${source.next().value}` : source.next().value);
      const bytes = await peer.compress(message);
      const frames = fragments(opcode, bytes, octets || Math.max(bytes.length, 1), { rsv: 4 });
      await client.write(Buffer.concat(frames));
      const echo = await client.event();
      assert.equal(echo.kind, kind, `code ${echo.code}`);
      const payload = echo.compressed ? await peer.inflate(echo.payload) : echo.payload;
      assert.ok(payload.equals(message), `message ${i} came back otherwise`);
      if (echo.compressed) ++compressed;
    }
    await client.write(frame(Opcode.close, closePayload(1000)));
    assert.equal((await client.event()).code, 1000);
    assert.equal((await client.event()).kind, 'end');
  } finally {
    client.destroy();
    peer.close();
  }
  return { answer: peer.parameters, compressed };
}

// The tests of one area: `groups` of 18 sizes each. Returns how many there are.
function area(number, groups, run) {
  let tests = 0;
  describe(`area ${number}`, () => {
    let passed = 0;
    for (const [i, group] of groups.entries()) {
      for (const [j, [length, octets]] of SIZES.entries()) {
        ++tests;
        test(`${number}.${i + 1}.${j + 1}`, async () => {
          await run(group, { length, octets, count: MESSAGES });
          ++passed;
        });
      }
    }
    after(() => console.log(`Autobahn area ${number}: ${passed} passed, ${tests - passed} failed`));
  });
  return tests;
}

describe('Autobahn', { skip: !process.env.SIO_CONFORMANCE && 'needs servers with flags of their own' }, () => {
  before(async () => {
    const flags = ['--ping-interval', '600000', '--fragments-max', '1000000', '--compress-bytes-min', '16'];
    servers.plain = await startServer([...flags, '--compression', 'on']);
    servers.takeover = await startServer([...flags, '--compression', 'takeover']);
  });
  after(() => Promise.all(Object.values(servers).map((server) => server.stop())));

  const tests12 = area(12, DATA, async ({ data, shrinks }, how) => {
    const { answer, compressed } = await echoAll(servers.plain, offer(), { data, ...how });
    assert.deepEqual(answer, { server_no_context_takeover: true, client_no_context_takeover: true });
    if (shrinks && how.length >= 1024) assert.equal(compressed, how.count);
  });

  const tests13 = area(13, OFFERS, async (offers, how) => {
    const { answer, compressed } = await echoAll(servers.takeover, offers.join(', '), { data: DATA[0].data, ...how });
    const asked = Object.fromEntries(offers[0].split('; ').map((parameter) => parameter.split('=')));
    assert.equal(answer.server_max_window_bits, asked.server_max_window_bits);
    assert.equal(answer.server_no_context_takeover, NO_TAKEOVER in asked || undefined);
    assert.equal(answer.client_no_context_takeover, true);
    if (how.length >= 1024) assert.equal(compressed, how.count);
  });

  test('the list is complete: 90 and 126 cases', () => {
    assert.deepEqual([tests12, tests13], [90, 126]);
  });

  // The list's client never keeps its window; many a browser does.
  for (const [length, octets] of SIZES.filter(([size], i) => size >= 1024 && i % 3 === 0)) {
    test(`both sides keep their windows: messages of ${length} in frames of ${octets || 'any'} octets`, async () => {
      const how = { data: DATA[3].data, length, octets, count: MESSAGES };
      const { answer, compressed } = await echoAll(servers.takeover, 'permessage-deflate', how);
      assert.deepEqual(answer, {});
      assert.equal(compressed, MESSAGES);
    });
  }
});
