// F5: the k-th read, write, synchronisation, open … of the database fails, under the whole server with real clients, for
// every k until none fires any more. FAULTS_FULL=1 sweeps all of it (`./dev torture faults`), otherwise a sample of what
// is long; FAULTS_SEED chooses another sample.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../integration/support/chat.mjs';
import { api, assertProblem, history, logIn, newPerson } from '../integration/support/people.mjs';
import { FULL, askRest, askSocket, assertKept, faultyServer } from './support/faulty.mjs';
import { noLibfault } from './support/libfault.mjs';

const DATABASE = 'parley.db';
const KINDS = { reads: 'read', writes: 'write truncate', synchronisations: 'sync', opens: 'open name' };

// Calls `once(world, k)` on a fresh server for k = 1, 2, … until the fault does not strike. Returns how many did.
// Afterwards each server has either ended with 74, or goes on and ends well; nothing that was acknowledged is missing.
async function sweep(calls, once) {
  for (let k = 1; ; ++k) {
    const world = await faultyServer();
    const { server, faults, data } = world;
    const tell = { sent: new Map(), acknowledged: new Map() };
    const arm = () => faults.arm(0, { calls, at: k, error: 'EIO', match: DATABASE });
    try {
      const good = await once(world, arm, tell);
      faults.disarm(0);
      const struck = faults.struck(0);
      const final = await hasFailed(world);
      if (final === 'damaged') {
        assert.equal((await api(server, 'GET', '/readyz')).status, 503);
        await server.terminate();
      } else if (final) {
        assert.deepEqual(await server.itsEnd(), { code: 74, signal: null });
        assert.equal(good, false, 'acknowledged, and yet the storage has failed');
      } else {
        assert.equal(await server.terminate(), 0);
      }
      assert.ok(struck > 0 || good, 'refused without a fault');
      assert.ok(struck > 0 || !final, 'ended without a fault');
      await assertKept(data, world, tell.sent, tell.acknowledged);
      if (!struck) return k - 1;
    } catch (error) {
      error.message = `${calls}, k = ${k}: ${error.message}\n${server.output}`;
      throw error;
    } finally {
      await world.remove();
    }
  }
}

// Whether the storage has failed for good: then the server ends, and takes no message until it has.
async function hasFailed({ server, ada, bob }) {
  const deadline = performance.now() + 15_000; // only a server that hangs reaches it
  for (;;) {
    const taken = (async () => {
      const chat = await Chat.connect(server, bob);
      const answer = await askSocket(chat, 'smessage', { receiver_id: ada.id, content: 'probe', client_id: 'probe' });
      chat.close();
      return answer?.ok === true ? 'alive' : 'again';
    })().catch(() => 'again');
    const what = await Promise.race([taken, server.ended.then(() => 'ended')]);
    if (what !== 'again') return what === 'ended';
    // SQLite says of some pages that it cannot read that they are damaged: read-only then (F6), until the next start.
    if (/the database is damaged: read-only/.test(server.output)) return 'damaged';
    if (performance.now() > deadline) throw new Error('neither ended nor taking messages');
  }
}

async function sendOnce({ server, ada, bob }, arm, { sent, acknowledged }) {
  sent.set('probe', 'probe');
  sent.set('swept', 'one message');
  const chat = await Chat.connect(server, bob);
  arm();
  const answer = await askSocket(chat, 'smessage', { receiver_id: ada.id, content: 'one message', client_id: 'swept' });
  if (answer?.ok) acknowledged.set('swept', answer);
  else if (answer) assert.equal(answer.code, 'storage_unavailable');
  chat.close();
  return answer?.ok === true;
}

async function logInOnce({ server, bob }, arm, { sent }) {
  sent.set('probe', 'probe');
  arm();
  const body = { email: bob.email, password: bob.password };
  const answer = await askRest(server, 'POST', '/auth/login', { body });
  if (!answer.gone && answer.status !== 200) assertProblem(answer, 503, 'storage_unavailable');
  return answer.status === 200;
}

async function signUpOnce({ server }, arm, { sent }) {
  sent.set('probe', 'probe');
  arm();
  const answer = await askRest(server, 'POST', '/auth/register', { body: newPerson('user') });
  if (!answer.gone && answer.status !== 201) assertProblem(answer, 503, 'storage_unavailable');
  return answer.status === 201;
}

async function markOnce({ server, ada, bob }, arm, { sent }) {
  sent.set('probe', 'probe');
  const chat = await Chat.connect(server, ada);
  arm();
  const answer = await askSocket(chat, 'mark_message_read', { sender_id: bob.id });
  if (answer && !answer.ok) assert.equal(answer.code, 'storage_unavailable');
  chat.close();
  return answer?.ok === true;
}

// Readers have connections of their own: what fails for one of them is refused, and nothing else happens.
async function catchUpOnce({ server, ada, bob, said }, arm, { sent }) {
  sent.set('probe', 'probe');
  arm();
  const chat = await Chat.connect(server, bob, { after_id: 0 }).catch(() => undefined);
  if (!chat) return false;
  const told = Promise.race([
    chat.next('resumed').then(() => true),
    new Promise((resolve) => chat.socket.once('disconnect', () => resolve(false))),
  ]);
  const whole = chat.all('disconnect').length === 0 && (await told);
  const ids = chat.all('receive_message').map(({ id }) => id);
  const all = said.map(({ id }) => id);
  assert.deepEqual(ids, whole ? all : all.slice(0, ids.length), 'complete, or cut off');
  chat.close();
  return whole;
}

describe('F5: the k-th call fails', { skip: noLibfault }, () => {
  const operations = { 'one send': sendOnce };
  if (FULL) {
    Object.assign(operations, {
      'one login': logInOnce,
      'one sign-up': signUpOnce,
      'one read mark': markOnce,
      'one catching up': catchUpOnce,
    });
  }
  for (const [name, once] of Object.entries(operations)) {
    for (const [kind, calls] of Object.entries(KINDS)) {
      test(`F5: ${kind} of ${name}, for every k: 503 or the end, and nothing acknowledged is lost`, async (t) => {
        const fired = await sweep(calls, once);
        t.diagnostic(`${name}: ${kind}: ${fired} fired`);
        if (name === 'one send' && kind !== 'opens' && kind !== 'reads') assert.ok(fired > 0, 'a send writes');
      });
    }
  }

  test('F5: a login whose first write fails: 503 or the end with 74, and the next one works', async () => {
    const world = await faultyServer();
    const good = await logInOnce(world, () => world.faults.arm(0, { calls: 'write', error: 'EIO', match: DATABASE }), {
      sent: new Map(),
    });
    assert.deepEqual([good, world.faults.struck(0)], [false, 1]);
    assert.deepEqual(await world.server.itsEnd(), { code: 74, signal: null });
    await world.server.launch();
    await logIn(world.server, world.bob);
    await world.remove();
  });

  test('F5: reads that fail are a clean 503, and the server lives', async () => {
    const world = await faultyServer();
    const { server, faults, ada, bob } = world;
    const chat = await Chat.connect(server, bob);
    faults.arm(0, { calls: 'read', later: true, error: 'EIO', match: DATABASE });
    assertProblem(await api(server, 'GET', `/chat/messages/${ada.id}`, { token: bob.token }), 503, 'storage_unavailable');
    const page = await chat.ask('resume', { after_id: 0 });
    assert.deepEqual([page.ok, page.code], [false, 'storage_unavailable']);
    assert.ok(faults.struck(0) > 0);
    faults.disarm(0);
    assert.ok((await history(server, bob, ada)).length > 0);
    assert.equal((await chat.ask('resume', { after_id: 0 })).ok, true);
    chat.close();
    assert.equal(await server.terminate(), 0, server.output);
    await world.remove();
  });
});
