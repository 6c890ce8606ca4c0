// Contract 3: the lists: admins, users, messages, loaded; their pages and what they hide.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { api, assertProblem, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
let ada;
let bob;
let carl;
let dora;
const sent = []; // ids between ada and bob, then one between ada and carl

before(async () => {
  server = await Server.start();
  ada = await register(server, 'admin', 'Ada');
  bob = await register(server, 'user', 'Bob');
  carl = await register(server, 'user', 'Carl');
  dora = await register(server, 'admin', 'Dora');
  const [chatA, chatB] = [await Chat.connect(server, ada), await Chat.connect(server, bob)];
  for (let i = 0; i < 6; ++i) {
    sent.push(
      i % 2 ? await chatB.send(ada, `to ada ${i}`, { client_id: `c${i}` }) : await chatA.send(bob, `to bob ${i}`),
    );
  }
  sent.push(await chatA.send(carl, 'for carl'));
  chatA.close();
  chatB.close();
});
after(() => server?.stop());

const get = (path, person) => api(server, 'GET', path, { token: person.token });
const ids = (list) => list.map(({ id }) => id);

// What a Link header's next points to, within the server.
function nextOf(response) {
  const link = /<([^>]*)>; *rel="next"/.exec(response.headers.get('link') ?? '');
  return link && link[1].replace(/^https?:\/\/[^/]*/, '');
}

describe('people', () => {
  test('GET /chat/admins lists the admins with id, name, role to anyone', async () => {
    for (const person of [ada, bob]) {
      const { status, json } = await get('/chat/admins', person);
      assert.equal(status, 200);
      assert.deepEqual(
        json.map(({ id, name, role }) => ({ id, name, role })),
        [ada, dora].map(({ id, name }) => ({ id, name, role: 'admin' })),
      );
    }
  });
  test('GET /chat/users lists the users to admins', async () => {
    const { status, json } = await get('/chat/users', ada);
    assert.equal(status, 200);
    assert.deepEqual(
      json.map(({ id, name, role }) => ({ id, name, role })),
      [bob, carl].map(({ id, name }) => ({ id, name, role: 'user' })),
    );
  });
  test('A13: no list tells an address or a hash', async () => {
    for (const path of ['/chat/admins', '/chat/users']) {
      const { text } = await get(path, ada);
      assert.doesNotMatch(text, /@example|argon2|password|email/);
    }
  });
});

describe('messages', () => {
  test('GET /chat/messages/<partner> gives both directions, oldest first, with every field', async () => {
    const { status, json } = await get(`/chat/messages/${bob.id}`, ada);
    assert.equal(status, 200);
    assert.deepEqual(ids(json), ids(sent.slice(0, 6)));
    assert.deepEqual(
      json.map(({ content }) => content),
      [0, 1, 2, 3, 4, 5].map((i) => (i % 2 ? `to ada ${i}` : `to bob ${i}`)),
    );
    for (const [i, message] of json.entries()) {
      assert.equal(message.sender_id, i % 2 ? bob.id : ada.id);
      assert.equal(message.receiver_id, i % 2 ? ada.id : bob.id);
      assert.match(message.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/);
      assert.equal(message.timestamp, sent[i].timestamp, 'as it was acknowledged');
      assert.equal(message.read_status, false);
      assert.equal(message.client_id ?? null, i % 2 ? `c${i}` : null);
    }
  });
  test('both sides read the same bytes', async () => {
    assert.equal((await get(`/chat/messages/${bob.id}`, ada)).text, (await get(`/chat/messages/${ada.id}`, bob)).text);
  });
  test('GET /chat/loaded gives all messages of the caller, and only those', async () => {
    assert.deepEqual(ids((await get('/chat/loaded', ada)).json), ids(sent));
    assert.deepEqual(ids((await get('/chat/loaded', bob)).json), ids(sent.slice(0, 6)));
    assert.deepEqual(ids((await get('/chat/loaded', carl)).json), ids(sent.slice(6)));
    assert.deepEqual((await get('/chat/loaded', dora)).json, []);
  });
  test("A11: somebody else's conversation, one with oneself and one with nobody look alike: empty", async () => {
    for (const [reader, partner] of [
      [dora, bob.id],
      [carl, bob.id],
      [carl, 999_999],
      [ada, ada.id],
    ]) {
      const { status, text } = await get(`/chat/messages/${partner}`, reader);
      assert.equal(status, 200);
      assert.equal(text, '[]');
    }
  });
});

describe('pages', () => {
  for (const [name, path] of [
    ['messages', () => `/chat/messages/${bob.id}`],
    ['loaded', () => '/chat/loaded'],
  ]) {
    const all = () => ids(name === 'messages' ? sent.slice(0, 6) : sent);

    test(`${name}: limit gives the newest ones, oldest first, and a link to those before`, async () => {
      const response = await get(`${path()}?limit=2`, ada);
      assert.deepEqual(ids(response.json), all().slice(-2));
      assert.deepEqual(ids((await get(nextOf(response), ada)).json), all().slice(-4, -2));
    });
    test(`${name}: the links lead through everything, once`, async () => {
      const seen = [];
      for (let at = `${path()}?limit=2`; at;) {
        const response = await get(at, ada);
        seen.unshift(...ids(response.json));
        at = nextOf(response);
      }
      assert.deepEqual(seen, all());
    });
    test(`${name}: after gives the first ones beyond, and a link on`, async () => {
      const response = await get(`${path()}?after=${all()[0]}&limit=2`, ada);
      assert.deepEqual(ids(response.json), all().slice(1, 3));
      assert.deepEqual(ids((await get(nextOf(response), ada)).json), all().slice(3, 5));
      assert.deepEqual(ids((await get(`${path()}?after=0`, ada)).json), all());
      assert.deepEqual((await get(`${path()}?after=${all().at(-1)}`, ada)).json, []);
    });
    test(`${name}: before gives the newest ones below`, async () => {
      assert.deepEqual(ids((await get(`${path()}?before=${all()[3]}&limit=2`, ada)).json), all().slice(1, 3));
      assert.deepEqual((await get(`${path()}?before=${all()[0]}`, ada)).json, []);
    });
    test(`${name}: no link when there is no more`, async () => {
      assert.equal(nextOf(await get(path(), ada)), null);
      assert.equal(nextOf(await get(`${path()}?limit=${all().length}`, ada)), null);
    });
    for (const limit of ['0', '-1', '1001', 'x', '', '1.5', '1e2']) {
      test(`${name}: limit=${limit} is 422`, async () => {
        assertProblem(await get(`${path()}?limit=${limit}`, ada), 422, 'invalid_fields', ['limit']);
      });
    }
    test(`${name}: limits 1 and 1000 are good`, async () => {
      assert.equal((await get(`${path()}?limit=1`, ada)).json.length, 1);
      assert.deepEqual(ids((await get(`${path()}?limit=1000`, ada)).json), all());
    });
  }
  test('people take limit too, and lead on', async () => {
    const seen = [];
    for (let at = '/chat/users?limit=1'; at;) {
      const response = await get(at, ada);
      seen.push(...ids(response.json));
      at = nextOf(response);
    }
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      [bob.id, carl.id],
    );
    assertProblem(await get('/chat/admins?limit=0', bob), 422, 'invalid_fields', ['limit']);
  });
});
