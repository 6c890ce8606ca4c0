// An Engine.IO session over long-polling.
import assert from 'node:assert/strict';
import { ENGINE, now, settle } from './target.mjs';
import { Wire, parseResponse, request, requestHead } from './wire.mjs';

export const RS = '\x1e';

export class Polling {
  // The server's time of the handshake lies between openedAfter and openedBefore.
  static async open(path = ENGINE, { headers } = {}) {
    const session = new Polling();
    session.path = path;
    session.openedAfter = now();
    const response = await request('GET', `${path}?EIO=4&transport=polling`, { headers });
    session.openedBefore = now();
    assert.equal(response.status, 200, response.text);
    assert.equal(response.text[0], '0');
    session.handshake = JSON.parse(response.text.slice(1));
    session.sid = session.handshake.sid;
    return session;
  }

  url(transport = 'polling') {
    return `${this.path}?EIO=4&transport=${transport}&sid=${this.sid}`;
  }

  poll(options) {
    return request('GET', this.url(), options);
  }

  post(body, options = {}) {
    return request('POST', this.url(), {
      body,
      ...options,
      headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...options.headers },
    });
  }

  // A poll that the test can drop; `answer` is its response. Requests on several connections may overtake each other, so by
  // default it returns when the poll is surely waiting.
  async startPoll({ waiting = true } = {}) {
    const wire = await Wire.connect();
    wire.write(requestHead('GET', this.url()));
    const answer = wire.take(parseResponse(), 'the answer to a poll').finally(() => wire.destroy());
    answer.catch(() => {}); // a dropped poll has none
    if (waiting) await settle();
    return { wire, answer };
  }

  // The packets of the next polls until `count` came that are no pings; pings are answered.
  async receive(count = 1) {
    const packets = [];
    while (packets.length < count) {
      const response = await this.poll();
      assert.equal(
        response.status,
        200,
        `a poll got ${response.status} ${response.text} after ${JSON.stringify(packets)}`,
      );
      for (const packet of response.text.split(RS)) {
        if (packet === '2') await this.post('3');
        else packets.push(packet);
      }
    }
    return packets;
  }

  async send(...packets) {
    const response = await this.post(packets.join(RS));
    assert.equal(response.status, 200);
    assert.equal(response.text, 'ok');
  }
}

export function assertRefused(response, code, message) {
  assert.equal(response.status, code === 4 ? 403 : 400);
  assert.equal(response.headers['content-type'], 'application/json');
  assert.equal(response.text, `{"code":${code},"message":"${message}"}`);
}

export const assertUnknownSession = (response) => assertRefused(response, 1, 'Session ID unknown');

// After the client's own 1 a poll that arrives together with it still gets 6.
export async function assertClosedByClient(session) {
  const response = await session.poll();
  if (response.status !== 200) return assertUnknownSession(response);
  assert.equal(response.text, '6');
  return assertUnknownSession(await session.poll());
}

// A session that the layer above ended may tell so to the next poll; the one after that finds nothing.
export async function assertEnds(session) {
  for (let polls = 0; polls < 4; ++polls) {
    const response = await session.poll();
    if (response.status !== 200) return assertUnknownSession(response);
    for (const packet of response.text.split(RS))
      assert.match(packet, /^(1|2|6)$/, 'a packet after the end of the session');
  }
  return assert.fail('the session goes on');
}
