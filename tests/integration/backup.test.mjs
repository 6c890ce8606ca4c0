// Contract 1 and 4, guarantees 3 and 4: backup while people write (F27), restore, and what clients learn of it; a database
// that is damaged (F6); commands beside a running server (F7).
import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { api, assertProblem, history, logIn, register } from './support/people.mjs';
import { parley, Server } from './support/server.mjs';
import { Stream } from './support/stream.mjs';

const PAGE = 4096;

let directory;
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-backup-'));
});
const servers = [];
after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
});

async function start(options) {
  const server = await Server.start(options);
  servers.push(server);
  return server;
}

async function run(...args) {
  const { code, stdout, stderr } = await parley(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

// Of what a stream sent, by number, in the order stored.
async function storedNumbers(server, stream) {
  const position = new Map(stream.sent.map(({ client_id }, i) => [client_id, i]));
  const stored = await history(server, stream.sender, stream.receiver);
  return stored.filter(({ client_id }) => position.has(client_id)).map(({ client_id }) => position.get(client_id));
}

test('F27: a backup made while six write holds all that was acknowledged before it, once, in order, and nothing without what came before', async () => {
  const server = await start();
  const [ada, dora] = [await register(server, 'admin'), await register(server, 'admin')];
  const [bob, carl] = [await register(server, 'user'), await register(server, 'user')];
  const streams = [
    [bob, ada],
    [bob, dora],
    [carl, ada],
    [ada, bob],
    [ada, dora],
    [dora, carl],
  ].map(([sender, receiver], i) => new Stream(`b${i}`, sender, receiver, i % 3 ? 'websocket' : 'polling'));
  await Promise.all(streams.map((stream) => stream.connect(server)));

  const file = path.join(directory, 'burst.db');
  let [count, writtenMeanwhile] = [0, 0];
  let backup;
  let done = false;
  const acknowledged = () => {
    ++count;
    if (backup && !done) ++writtenMeanwhile;
    if (count === 600) {
      const before = streams.map((stream) => new Map(stream.acknowledged));
      backup = run('backup', file, '--data', server.data).then((report) => {
        done = true;
        return { before, report };
      });
    }
    if (done && count >= 1000) for (const stream of streams) stream.stop();
  };
  await Promise.all(streams.map((stream) => stream.run(24, acknowledged)));
  const { before, report } = await backup;
  assert.ok(writtenMeanwhile > 0, 'nobody wrote while it was made');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!existsSync(`${file}.part`));
  for (const { chat } of streams) chat.close();
  const newest = Math.max(...streams.flatMap((stream) => [...stream.acknowledged.values()].map(({ id }) => id)));

  const data = path.join(directory, 'beside');
  const restored = await run('restore', file, '--data', data);
  assert.equal(restored.last_id, report.last_id);
  assert.equal(restored.kept, undefined);
  const beside = await start({ data });
  for (const person of [ada, dora, bob, carl]) Object.assign(person, await logIn(beside, person));
  for (const stream of streams) {
    // `sender` and `receiver` are the people above, with their new tokens.
    const numbers = await storedNumbers(beside, stream);
    assert.deepEqual(numbers, [...numbers.keys()], `${stream.name}: not a prefix`);
    const byId = new Map((await history(beside, stream.sender, stream.receiver)).map((message) => [message.id, message]));
    for (const [client_id, { id, timestamp }] of before[streams.indexOf(stream)]) {
      assert.equal(byId.get(id)?.client_id, client_id, `${client_id} was acknowledged before the backup and is not in it`);
      assert.equal(byId.get(id).timestamp, timestamp);
    }

    // Guarantee 4: what the backup has is a duplicate, what it lacks is stored now, once.
    const chat = await Chat.connect(beside, stream.sender);
    for (const [i, { client_id, content }] of stream.sent.entries()) {
      const answer = await chat.send(stream.receiver, content, { client_id });
      assert.equal(answer.duplicate === true, i < numbers.length, client_id);
      if (i < numbers.length) assert.equal(answer.id, stream.acknowledged.get(client_id).id);
      else assert.ok(answer.id > newest, 'an id was given twice');
    }
    chat.close();
    assert.deepEqual(await storedNumbers(beside, stream), [...stream.sent.keys()]);
  }
});

test('F20: after a restore who knows lost messages is told to load anew, now and later, and ids go on above all of them', async () => {
  const server = await start();
  const [ada, bob] = [await register(server, 'admin'), await register(server, 'user')];
  const file = path.join(directory, 'restore.db');
  let chat = await Chat.connect(server, bob);
  const kept = await chat.send(ada, 'kept', { client_id: 'kept' });
  await run('backup', file, '--data', server.data);
  const lost = [await chat.send(ada, 'lost', { client_id: 'lost' }), await chat.send(ada, 'lost too')];
  chat.close();

  assert.equal((await parley('restore', file, '--data', server.data)).code, 73, 'a server runs');
  assert.equal(await server.terminate(), 0);
  const report = await run('restore', file, '--data', server.data);
  assert.ok(existsSync(report.kept));
  await server.launch();

  const refused = await new Chat(server, { token: bob.token }).refusal();
  assert.equal(refused.data.code, 'token_revoked', 'logins end: one that was ended since the backup must not live again');
  Object.assign(bob, await logIn(server, bob));
  Object.assign(ada, await logIn(server, ada));
  const resumed = async (after_id) => {
    const chat = await Chat.connect(server, bob, { after_id });
    const answer = await chat.next('resumed');
    const page = await chat.ask('resume', { after_id });
    const live = chat.all('receive_message').map(({ content }) => content);
    chat.close();
    assert.equal(page.ok, true);
    assert.equal(page.reset === true, answer.reset === true);
    assert.deepEqual(
      page.messages.map(({ content }) => content),
      live,
    );
    return answer.reset ? 'reset' : live;
  };
  assert.deepEqual(await resumed(kept.id), []);
  for (const { id } of lost) assert.equal(await resumed(id), 'reset');

  chat = await Chat.connect(server, ada);
  const next = await chat.send(bob, 'new');
  assert.ok(next.id > Math.max(...lost.map(({ id }) => id)));
  assert.equal(next.id, report.next_id);
  assert.deepEqual(await resumed(kept.id), ['new']);
  for (const { id } of lost) assert.equal(await resumed(id), 'reset', 'also when there are newer messages');
  assert.deepEqual(await resumed(next.id), []);
  assert.deepEqual(await resumed(0), ['kept', 'new']);
  chat.close();

  // Back again: what was kept is a database like any other.
  assert.equal(await server.terminate(), 0);
  const undone = await run('restore', report.kept, '--data', server.data, '--keep-logins');
  await server.launch();
  Object.assign(bob, await logIn(server, bob));
  assert.deepEqual(
    (await history(server, bob, ada)).map(({ content }) => content),
    ['kept', 'lost', 'lost too'],
  );
  assert.equal(await resumed(next.id), 'reset');
  assert.ok(undone.next_id > next.id);
});

test('F6: a damaged database is served read-only: unready, every write refused, nothing acknowledged, reads go on', async () => {
  const server = await start();
  const [ada, bob] = [await register(server, 'admin'), await register(server, 'user')];
  let chat = await Chat.connect(server, bob);
  for (let i = 0; i < 10; ++i) {
    await Promise.all(Array.from({ length: 100 }, (_, k) => chat.send(ada, `text that fills pages ${i} ${k}`.repeat(4))));
  }
  const last = await chat.send(ada, 'the last one');
  chat.close();
  const backup = path.join(directory, 'sound.db');
  await run('backup', backup, '--data', server.data);
  assert.equal((await api(server, 'GET', '/readyz')).status, 200);
  assert.equal(await server.terminate(), 0);

  const file = path.join(server.data, 'parley.db');
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(PAGE, 0x5a), 0, PAGE, Math.floor(statSync(file).size / PAGE / 2) * PAGE);
  closeSync(descriptor);

  await server.launch();
  while ((await api(server, 'GET', '/readyz')).status !== 503); // a broken server never gets there, and the test times out
  chat = await Chat.connect(server, bob, { after_id: last.id });
  await chat.next('resumed');
  const answer = await chat.ask('smessage', { receiver_id: ada.id, content: 'x', client_id: 'during' });
  assert.deepEqual([answer.ok, answer.code], [false, 'storage_unavailable']);
  chat.emit('smessage', { receiver_id: ada.id, content: 'x' });
  assert.equal((await chat.next('error')).code, 'storage_unavailable');
  const marked = await chat.ask('mark_message_read', { sender_id: ada.id });
  assert.deepEqual([marked.ok, marked.code], [false, 'storage_unavailable']);
  const login = { body: { email: bob.email, password: bob.password } };
  assertProblem(await api(server, 'POST', '/auth/login', login), 503, 'storage_unavailable');
  const page = await api(server, 'GET', `/chat/messages/${ada.id}?limit=1`, { token: bob.token });
  assert.equal(page.json.at(-1).id, last.id);
  assert.equal((await api(server, 'GET', '/healthz')).status, 200);
  assert.ok(!chat.all('message_sent').length);
  chat.close();

  const check = await parley('check', '--data', server.data);
  assert.equal(check.code, 65, check.stdout);
  assert.match(check.stdout, /wrong {3}database/);
  const none = path.join(directory, 'none.db');
  assert.equal((await parley('backup', none, '--data', server.data)).code, 65, 'no backup of damage');
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith('none.db')),
    [],
  );

  assert.equal(await server.terminate(), 0);
  await run('restore', backup, '--data', server.data, '--keep-logins');
  await server.launch();
  chat = await Chat.connect(server, bob, { after_id: last.id });
  assert.ok(!(await chat.next('resumed')).reset);
  assert.ok((await chat.send(ada, 'x', { client_id: 'during' })).id > last.id);
  chat.close();
  assert.equal((await api(server, 'GET', '/readyz')).status, 200);
});

test('F7: commands work beside a running server, and it does not notice', async () => {
  const server = await start();
  const [ada, bob] = [await register(server, 'admin'), await register(server, 'user')];
  const chat = await Chat.connect(server, bob);
  for (let i = 0; i < 3; ++i) {
    const data = ['--data', server.data];
    const commands = [
      ['check', ...data],
      ['backup', path.join(directory, `beside${i}.db`), ...data],
      ['user', 'list', ...data],
      ['migrate', '--dry-run', ...data],
    ];
    const sends = Promise.all(Array.from({ length: 200 }, (_, k) => chat.send(ada, `${i} ${k}`)));
    for (const { code, stderr } of await Promise.all(commands.map((command) => parley(...command)))) {
      assert.equal(code, 0, stderr);
    }
    await sends;
  }
  assert.equal((await history(server, bob, ada)).length, 600);
  chat.close();
});
