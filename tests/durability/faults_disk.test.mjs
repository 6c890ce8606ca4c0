// F3, F4: the disk is full, or does not synchronise, under the whole server with real clients.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Chat } from '../integration/support/chat.mjs';
import { api, assertProblem, history, logIn, newPerson } from '../integration/support/people.mjs';
import { askSocket, assertKept, faultyServer, newFolder, parley, talked } from './support/faulty.mjs';
import { Faults, noLibfault } from './support/libfault.mjs';

const DATABASE = 'parley.db';

// All that writes is refused so that clients know what it was; all that reads goes on.
async function assertRefusesWrites({ server, ada, bob }, mouth, ear) {
  const refused = await mouth.ask('smessage', { receiver_id: ada.id, content: 'no room '.repeat(50), client_id: 'full' });
  assert.deepEqual([refused.ok, refused.code], [false, 'storage_unavailable']);
  const marked = await ear.ask('mark_message_read', { sender_id: bob.id });
  assert.deepEqual([marked.ok, marked.code], [false, 'storage_unavailable']);
  const credentials = { email: bob.email, password: bob.password };
  assertProblem(await api(server, 'POST', '/auth/login', { body: credentials }), 503, 'storage_unavailable');
  assertProblem(await api(server, 'POST', '/auth/refresh', { token: bob.refresh }), 503, 'storage_unavailable');
  assertProblem(await api(server, 'POST', '/auth/register', { body: newPerson('user') }), 503, 'storage_unavailable');

  assert.equal((await api(server, 'GET', '/readyz')).status, 200);
  assert.ok((await history(server, bob, ada)).length > 0);
  const page = await ear.ask('resume', { after_id: 0 });
  assert.equal(page.ok, true);
  const late = await Chat.connect(server, bob, { after_id: 0 });
  await late.next('resumed');
  late.close();
}

async function assertTakesWrites({ server, ada, bob }, mouth, ear) {
  // Also what was refused before, under its client_id, and it is no repeat of anything.
  const answer = await mouth.send(ada, 'no room '.repeat(50), { client_id: 'full' });
  assert.equal(answer.duplicate, undefined);
  await ear.next('receive_message', (message) => message.id === answer.id);
  assert.equal((await ear.ask('mark_message_read', { sender_id: bob.id })).ok, true);
  await mouth.next('read_status_update');
  await logIn(server, bob);
  const person = newPerson('user');
  assert.equal((await api(server, 'POST', '/auth/register', { body: person })).status, 201);
  for (const chat of [mouth, ear]) assert.deepEqual(chat.all('disconnect'), []);
}

describe('F3: a full disk', { skip: noLibfault }, () => {
  test('F3: writes are refused as storage_unavailable, reads and sockets live, and it passes by itself', async () => {
    const world = await faultyServer();
    const { server, faults, ada, bob } = world;
    const [mouth, ear] = [await Chat.connect(server, bob), await Chat.connect(server, ada, { via: 'polling' })];
    faults.arm(0, { calls: 'write truncate', later: true, error: 'ENOSPC', match: DATABASE });
    for (let i = 0; i < 2; ++i) await assertRefusesWrites(world, mouth, ear);
    assert.ok(faults.struck(0) >= 10);
    faults.disarm(0);
    await assertTakesWrites(world, mouth, ear);
    assert.equal(ear.all('receive_message').length, 1, 'what was refused was delivered to nobody');
    assert.equal(await server.terminate(), 0, server.output);
    await world.remove();
  });

  // The log's index grows by a page every 4,000 pages of the log; nothing else of the commit fails then.
  test('F3: no room for the index of a long log is a full disk like any other', async () => {
    const world = await faultyServer();
    const { server, faults, ada, bob } = world;
    const [mouth, ear] = [await Chat.connect(server, bob), await Chat.connect(server, ada)];
    faults.arm(0, { calls: 'write', later: true, error: 'ENOSPC', match: `${DATABASE}$` }); // no checkpoint: the log grows
    faults.arm(1, { calls: 'write', later: true, error: 'ENOSPC', match: '-shm$' });
    const content = 'x'.repeat(16_000);
    let stored = 0;
    let refused;
    while (!refused) {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => askSocket(mouth, 'smessage', { receiver_id: ada.id, content })),
      );
      assert.ok(!answers.includes(undefined), `the server has ended: ${server.output}`);
      stored += answers.filter(({ ok }) => ok).length;
      refused = answers.find(({ ok }) => !ok);
    }
    assert.ok(faults.struck(1) > 0);
    assert.equal(refused.code, 'storage_unavailable');
    faults.disarm(0);
    faults.disarm(1);
    await assertTakesWrites(world, mouth, ear);
    assert.equal(await server.terminate(), 0, server.output);
    await server.launch();
    const all = await history(server, bob, ada);
    assert.equal(all.filter((message) => message.content === content).length, stored);
    await world.remove();
  });
});

// A file system of 3 MiB, or why there is none.
function smallDisk() {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'parley-test', folder]);
  if (mounted.status !== 0) rmSync(folder, { recursive: true });
  if (mounted.status !== 0) return { why: `cannot mount a tmpfs: ${mounted.stderr ?? mounted.error}` };
  const unmount = () => spawnSync('umount', ['-l', folder]);
  process.once('exit', unmount);
  return { folder, unmount };
}

test('F3: a real file system that fills up: the same, and it passes when there is room again', async (t) => {
  const disk = smallDisk();
  if (!disk.folder) return t.skip(disk.why);
  const { ada, bob, said } = await talked();
  const data = path.join(disk.folder, 'data');
  spawnSync('cp', ['-r', (await talked()).data, data]);
  const world = await faultyServer({ data });
  const { server } = world;
  try {
    const [mouth, ear] = [await Chat.connect(server, bob), await Chat.connect(server, ada)];
    const sent = [];
    let refused;
    while (!refused) {
      const answer = await mouth.ask('smessage', { receiver_id: ada.id, content: `${sent.length} `.repeat(3000) });
      if (answer.ok) sent.push(answer.id);
      else refused = answer;
    }
    assert.equal(refused.code, 'storage_unavailable');
    // What is left is taken too, until neither a message nor a login fits any more.
    const credentials = { email: bob.email, password: bob.password };
    for (let [full, tries] = [false, 0]; !full; ++tries) {
      assert.ok(tries < 300, 'a message or a login is still taken');
      const answer = await mouth.ask('smessage', { receiver_id: ada.id, content: 'no room '.repeat(50) });
      if (answer.ok) sent.push(answer.id);
      const login = await api(server, 'POST', '/auth/login', { body: credentials });
      full = !answer.ok && login.status === 503;
    }
    await assertRefusesWrites(world, mouth, ear);
    spawnSync('mount', ['-o', 'remount,size=24m', disk.folder]);
    await assertTakesWrites(world, mouth, ear);
    assert.equal(await server.terminate(), 0, server.output);
    await server.launch();
    const all = await history(server, bob, ada);
    assert.equal(all.length, said.length + sent.length + 1);
    assert.deepEqual(all.slice(said.length, -1).map(({ id }) => id), sent);
  } finally {
    await world.remove();
    disk.unmount();
    rmSync(disk.folder, { recursive: true, force: true });
  }
});

describe('F4: a disk that does not synchronise', { skip: noLibfault }, () => {
  test('F4: no acknowledgement, unready, exit 74, never tried again; the next start has everything', async () => {
    const world = await faultyServer();
    const { server, faults, ada, bob, data } = world;
    const [mouth, ear] = [await Chat.connect(server, bob), await Chat.connect(server, ada)];
    const acknowledged = new Map();
    const sent = new Map();
    for (let i = 0; i < 3; ++i) {
      sent.set(`good-${i}`, `stored ${i}`);
      acknowledged.set(`good-${i}`, await mouth.send(ada, `stored ${i}`, { client_id: `good-${i}` }));
    }
    // Wake-ups of other threads take long: time to see that it was unready before anybody was told.
    faults.arm(1, { calls: 'write', later: true, delayMs: 150, match: '[eventfd]' });
    faults.arm(0, { calls: 'sync', error: 'EIO', match: DATABASE });
    const sends = Array.from({ length: 12 }, (_, i) => {
      sent.set(`bad-${i}`, `not stored ${i}`);
      return askSocket(mouth, 'smessage', { receiver_id: ada.id, content: `not stored ${i}`, client_id: `bad-${i}` });
    });
    const first = await sends[0];
    const ready = await api(server, 'GET', '/readyz').catch(() => undefined);
    for (const answer of [first, ...(await Promise.all(sends))]) {
      if (answer) assert.deepEqual([answer.ok, answer.code], [false, 'storage_unavailable']);
    }
    assert.equal(first?.ok, false, 'who waits is told');
    assert.notEqual(ready?.status, 200, 'ready after a failure that is final');
    assert.deepEqual(await server.itsEnd(), { code: 74, signal: null }, server.output);
    assert.match(server.output, /the storage has failed/);
    assert.equal(faults.seen(0), 1, 'synchronised again after a failure');
    assert.deepEqual(ear.all('receive_message').length, 3, 'delivered what was not acknowledged');
    await assertKept(data, world, sent, acknowledged);
    await world.remove();
  });

  test('F4: a login and a sign-up get 503, and are there after the next start or not at all', async () => {
    for (const request of ['/auth/login', '/auth/register']) {
      const world = await faultyServer();
      const { server, faults, bob, data } = world;
      const person = newPerson('user');
      const body = request === '/auth/login' ? { email: bob.email, password: bob.password } : person;
      faults.arm(0, { calls: 'sync', error: 'EIO', match: DATABASE });
      const answer = await api(server, 'POST', request, { body }).catch((error) => ({ gone: error }));
      if (!answer.gone) assertProblem(answer, 503, 'storage_unavailable');
      assert.deepEqual(await server.itsEnd(), { code: 74, signal: null }, server.output);
      await assertKept(data, world, new Map(), new Map());
      await world.remove();
    }
  });

  test('F4: the last checkpoint of a server that is told to end: exit 74, and nothing is lost', async () => {
    const world = await faultyServer();
    const { server, faults, ada, bob, data } = world;
    const mouth = await Chat.connect(server, bob);
    const acknowledged = new Map([['c', await mouth.send(ada, 'stored', { client_id: 'c' })]]);
    faults.arm(0, { calls: 'sync', error: 'EIO', match: `${DATABASE}$` });
    assert.equal(await server.terminate(), 74, server.output);
    assert.equal(faults.seen(0), 1);
    await assertKept(data, world, new Map([['c', 'stored']]), acknowledged);
    await world.remove();
  });

  test('F4: a first start that cannot synchronise fails (73, 74) each time, and the next one works', async () => {
    const faults = new Faults();
    for (let k = 1; ; ++k) {
      const data = newFolder();
      faults.arm(0, { calls: 'sync', at: k, error: 'EIO', match: DATABASE });
      const { code, signal, output } = await parley(['migrate', '--data', data], faults.environment);
      assert.equal(signal, null, output);
      if (!faults.struck(0)) {
        assert.equal(code, 0, output);
        assert.ok(k > 2, 'file and log are synchronised');
        break;
      }
      assert.ok([73, 74].includes(code), `k ${k}: ${code} ${output}`);
      assert.match(output, /^parley: /);
      assert.equal((await parley(['migrate', '--data', data])).code, 0);
      assert.equal((await parley(['check', '--data', data])).code, 0);
    }
    faults.close();
  });
});
