// R6: the k-th allocation fails, while the server starts, and during a send, a login, a connect, a catching up. What C++
// code asks for ends the process at once with 71 (docs/adr/0017); what SQLite and password hashes ask for is a clean
// refusal, and the next one works. Never a process that only looks alive. Sampled unless FAULTS_FULL=1.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../integration/support/chat.mjs';
import { assertProblem } from '../integration/support/people.mjs';
import * as faulty from './support/faulty.mjs';
import { noLibfault } from './support/libfault.mjs';

const { askRest, askSocket, assertAlive, assertKept, faultyServer, strikes, tryToConnect } = faulty;
const PATIENCE_MS = 20_000; // only a server that looks alive and is not reaches it
// What each operation asks memory for.
const ASKS = {
  'a send': ['operator new', 'SQLite'],
  'a login': ['operator new', 'OpenSSL', 'Asio', 'SQLite', 'Argon2'],
  'a connect': ['operator new', 'OpenSSL', 'Asio'],
  'a catching up': ['operator new', 'OpenSSL', 'Asio', 'SQLite'],
  'a history': ['operator new', 'OpenSSL', 'Asio', 'SQLite'],
};
const ENDS = { 'operator new': 'libstdc++', OpenSSL: 'libcrypto', Asio: 'main' };
const LIVES = { SQLite: 'libsqlite3', Argon2: 'libargon2' };
const count = Number(process.env.FAULTS_COUNT ?? 2);

// Each resolves with true (done), false (cleanly refused) or undefined (the connection ended).
const operations = {
  'a send': async ({ ada, chat }, { sent, acknowledged }, n) => {
    const [client_id, content] = [`m${n}`, `${n} `.repeat(1200)];
    sent.set(client_id, content);
    const answer = await askSocket(chat, 'smessage', { receiver_id: ada.id, content, client_id });
    if (answer?.ok) acknowledged.set(client_id, answer);
    else if (answer) assert.equal(answer.code, 'storage_unavailable');
    return answer?.ok;
  },
  'a login': async ({ server, bob }) => {
    const answer = await askRest(server, 'POST', '/auth/login', { body: { email: bob.email, password: bob.password } });
    if (answer.gone) return undefined;
    if (answer.status !== 200) assertProblem(answer, 503, answer.json?.code === 'overloaded' ? 'overloaded' : 'storage_unavailable');
    return answer.status === 200;
  },
  'a connect': async ({ server, bob }) => {
    const chat = await tryToConnect(server, bob, { via: 'polling' });
    if (chat) chat.close();
    return chat && true;
  },
  'a catching up': async ({ server, bob, said }) => {
    const chat = await tryToConnect(server, bob, { after_id: 0 });
    if (!chat) return chat;
    const gone = new Promise((resolve) => chat.socket.once('disconnect', () => resolve(undefined)));
    const whole = chat.socket.connected && (await Promise.race([chat.next('resumed').then(() => true), gone]));
    const got = chat.all('receive_message').map(({ id, content }) => ({ id, content }));
    const all = said.map(({ id, content }) => ({ id, content }));
    assert.deepEqual(got.slice(0, all.length), whole ? all : all.slice(0, got.length), 'as stored, or cut off');
    chat.close();
    return whole;
  },
  'a history': async ({ server, bob, ada, said }) => {
    const answer = await askRest(server, 'GET', `/chat/messages/${ada.id}`, { token: bob.token });
    if (answer.gone) return undefined;
    if (answer.status !== 200) assertProblem(answer, 503, 'storage_unavailable');
    else assert.deepEqual(answer.json.slice(0, said.length), said);
    return answer.status === 200;
  },
};

// Resolves with 'lives' or 'ended': one of them must come.
async function fateOf(world, sent) {
  const { server } = world;
  const timer = { handle: undefined };
  const hangs = new Promise((_, reject) => {
    timer.handle = setTimeout(() => reject(new Error('neither ended nor alive')), PATIENCE_MS);
  });
  const ended = server.ended.then(() => 'ended');
  const probe = (async () => {
    await assertAlive(world, sent);
    return 'lives';
  })().catch(async (error) => {
    // A process that is ending refuses connections a moment before it has ended.
    if (error instanceof assert.AssertionError) throw error;
    return ended;
  });
  try {
    return await Promise.race([probe, ended, hangs]);
  } finally {
    clearTimeout(timer.handle);
  }
}

async function begun() {
  const world = await faultyServer();
  world.chat = await Chat.connect(world.server, world.bob);
  return world;
}

// How many allocations of that kind one run of the operation makes.
async function countOf(operation, match) {
  const world = await begun();
  world.faults.count(0, { calls: 'allocate', match });
  assert.equal(await operation(world, { sent: new Map(), acknowledged: new Map() }, 0), true);
  const seen = world.faults.seen(0);
  await world.remove();
  assert.ok(seen > 0);
  return seen;
}

function named(error, { server }, what) {
  error.message = `${what}: ${error.message}\n${server.output}`;
  return error;
}

describe('R6: the k-th allocation fails', { skip: noLibfault }, () => {
  for (const [name, operation] of Object.entries(operations)) {
    const asks = ([who]) => ASKS[name].includes(who);
    for (const [who, match] of Object.entries(ENDS).filter(asks)) {
      test(`R6: ${who} in ${name}: the process ends at once with 71, and nothing acknowledged is lost`, async (t) => {
        const last = await countOf(operation, match);
        let fired = 0;
        for (const k of strikes(last, count)) {
          const world = await begun();
          const { server, faults, data } = world;
          const tell = { sent: new Map(), acknowledged: new Map() };
          try {
            await operation(world, tell, 'before');
            faults.arm(0, { calls: 'allocate', at: k, error: 'ENOMEM', match });
            await operation(world, tell, 'during');
            faults.disarm(0);
            if (faults.struck(0)) {
              ++fired;
              assert.deepEqual(await server.itsEnd(), { code: 71, signal: null });
              assert.match(server.output, /^parley: (out of memory|the system gave)/m);
            } else {
              await server.kill();
            }
            await assertKept(data, world, tell.sent, tell.acknowledged);
          } catch (error) {
            throw named(error, world, `k = ${k} of ${last}`);
          } finally {
            await world.remove();
          }
        }
        t.diagnostic(`${who} in ${name}: ${fired} of ${last} fired`);
      });
    }

    for (const [who, match] of Object.entries(LIVES).filter(asks)) {
      test(`R6: ${who} in ${name}: that one is refused, the server lives and nothing is lost`, async (t) => {
        const world = await begun();
        const { server, faults, data } = world;
        const tell = { sent: new Map(), acknowledged: new Map() };
        let fired = 0;
        let refused = 0;
        let k = 0;
        try {
          const last = await countOf(operation, match);
          // One more than are made: that the sweep is at its end is seen too.
          for (k of [...strikes(last, 4 * count), last + 40]) {
            faults.arm(0, { calls: 'allocate', at: k, error: 'ENOMEM', match });
            const good = await operation(world, tell, k);
            faults.disarm(0);
            const struck = faults.struck(0) > 0;
            assert.ok(struck || good, 'refused without a fault');
            fired += struck ? 1 : 0;
            refused += good ? 0 : 1;
            assert.equal(await operation(world, tell, `${k}-again`), true, 'the next one works');
          }
          assert.deepEqual(world.chat.all('disconnect'), []);
          assert.equal(await fateOf(world, tell.sent), 'lives');
          assert.equal(await server.terminate(), 0);
          await assertKept(data, world, tell.sent, tell.acknowledged);
        } catch (error) {
          throw named(error, world, `k = ${k}`);
        } finally {
          await world.remove();
        }
        t.diagnostic(`${who} in ${name}: ${refused} refused of ${fired} fired`);
      });
    }
  }

  // Its codes: 71, or what the part that missed memory is called at a start; or it starts without, and is well. Not
  // OpenSSL, which follows null pointers if there is no memory while it sets itself up.
  const STARTS = { 'operator new': [71], Asio: [71], SQLite: [74, 0], Argon2: [71] };
  for (const who of Object.keys(STARTS)) {
    const match = ENDS[who] ?? LIVES[who];
    test(`R6: ${who} in a start: it ends with a line and a code, or starts and is well`, async (t) => {
      const world = await faultyServer();
      const { server, faults, data } = world;
      const sent = new Map();
      let fired = 0;
      let last = 0;
      try {
        await server.terminate();
        faults.count(0, { calls: 'allocate', match });
        await server.launch();
        last = faults.seen(0);
        assert.ok(last > 0);
        await server.terminate();
        // The first one is made before main.
        for (const k of new Set([1, ...strikes(last, count)])) {
          faults.arm(0, { calls: 'allocate', at: k, error: 'ENOMEM', match });
          const code = await server.launch().then(
            () => 0,
            (error) => Number(/ended with (\w+) before/.exec(error.message)?.[1]),
          );
          faults.disarm(0);
          fired += faults.struck(0);
          // The last ones may be made right after it listens.
          const late = code === 0 && faults.struck(0) && ENDS[who] !== undefined;
          if (late) assert.deepEqual(await server.itsEnd(), { code: 71, signal: null });
          const expected = faults.struck(0) && !late ? STARTS[who] : [0];
          assert.ok(expected.includes(code), `k = ${k} of ${last}: ${code}\n${server.output}`);
          if (code !== 0) assert.match(server.output, /^parley: /m);
          else if (faults.struck(0) && !late) await assertAlive(world, sent);
          await server.kill();
        }
        await assertKept(data, world, sent, new Map());
      } finally {
        await world.remove();
      }
      t.diagnostic(`${who} in a start: ${fired} of ${last} fired`);
    });
  }
});
