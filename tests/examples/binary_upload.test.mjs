// examples/binary_upload.cpp: chunks, limits, integrity, progress.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { BUILD, Program, TRANSPORTS, all, ask, next } from './support/program.mjs';

const CHUNK = 64 * 1024;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const announce = (bytes, more = {}) => ({ name: 'a.bin', size: bytes.length, sha256: sha256(bytes), ...more });
const download = async (hash) => {
  const response = await fetch(`${program.url}/files/${hash}`);
  return response.ok ? Buffer.from(await response.arrayBuffer()) : response.status;
};

let program;
before(async () => {
  program = await Program.start(`${BUILD}/bin/binary_upload`);
});
after(() => program?.stop());

async function upload(socket, bytes, chunk = CHUNK) {
  assert.deepEqual(await ask(socket, 'begin', announce(bytes)), [null, CHUNK]);
  for (let at = 0; at < bytes.length; at += chunk) {
    const part = bytes.subarray(at, at + chunk);
    assert.deepEqual(await ask(socket, 'chunk', at, part), [null, at + part.length]);
  }
  return ask(socket, 'finish');
}

for (const [how, transports] of Object.entries(TRANSPORTS)) {
  test(`over ${how}: what was uploaded comes back, byte for byte`, async () => {
    const socket = await program.connect({ transports });
    for (const size of [1, CHUNK, CHUNK + 1, 5 * CHUNK - 1]) {
      const bytes = randomBytes(size);
      assert.deepEqual(await upload(socket, bytes), [null], `${size} bytes`);
      assert.deepEqual(await download(sha256(bytes)), bytes);
    }
    socket.disconnect();
  });
}

test('the others see the progress, the uploader has the acknowledgements', async () => {
  const [uploader, watcher] = [await program.connect(), await program.connect()];
  const bytes = randomBytes(300_000);
  const done = upload(uploader, bytes, 10_000);
  const [name, received, size] = await next(watcher, 'progress');
  assert.deepEqual([name, size, received % 10_000, received <= size], ['a.bin', 300_000, 0, true]);
  assert.deepEqual(await done, [null]);
  const seen = all(watcher, 'progress').map((progress) => progress[1]);
  assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b), 'grows, never twice');
  assert.deepEqual(all(uploader, 'progress'), []);
});

test('a chunk out of order is refused with the place to go on from, and nothing of it is kept', async () => {
  const socket = await program.connect();
  const bytes = randomBytes(3_000);
  await ask(socket, 'begin', announce(bytes));
  assert.deepEqual(await ask(socket, 'chunk', 1_000, bytes.subarray(1_000, 2_000)), ['This is not the next chunk', 0]);
  assert.deepEqual(await ask(socket, 'chunk', 0, bytes.subarray(0, 1_000)), [null, 1_000]);
  assert.deepEqual(await ask(socket, 'chunk', 0, bytes.subarray(0, 1_000)), ['This is not the next chunk', 1_000]);
  assert.deepEqual(await ask(socket, 'chunk', 1_000, bytes.subarray(1_000)), [null, 3_000]);
  assert.deepEqual(await ask(socket, 'finish'), [null]);
  assert.deepEqual(await download(sha256(bytes)), bytes);
});

test('a chunk that is too large, or more than was announced, is refused and the upload goes on', async () => {
  const socket = await program.connect();
  const bytes = randomBytes(CHUNK + 10);
  await ask(socket, 'begin', announce(bytes));
  assert.deepEqual(await ask(socket, 'chunk', 0, bytes.subarray(0, CHUNK + 1)), ['The chunk is too large', 0]);
  assert.deepEqual(await ask(socket, 'chunk', 0, bytes.subarray(0, CHUNK)), [null, CHUNK]);
  assert.deepEqual(await ask(socket, 'chunk', CHUNK, randomBytes(11)), ['More than was announced', CHUNK]);
  assert.deepEqual(await ask(socket, 'finish'), ['Bytes are missing']);
  assert.deepEqual(await ask(socket, 'chunk', CHUNK, bytes.subarray(CHUNK)), [null, CHUNK + 10]);
  assert.deepEqual(await ask(socket, 'finish'), [null]);
});

test('a chunk far over the limit ends the connection', async () => {
  const socket = await program.connect();
  const bytes = randomBytes(1_000);
  await ask(socket, 'begin', announce(bytes));
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  socket.emit('chunk', 0, randomBytes(4 * CHUNK + 1));
  await gone;
});

test('content that is not what was announced is not stored', async () => {
  const socket = await program.connect();
  const [promised, sent] = [randomBytes(1_000), randomBytes(1_000)];
  await ask(socket, 'begin', announce(promised));
  await ask(socket, 'chunk', 0, sent);
  assert.deepEqual(await ask(socket, 'finish'), ['The content is not what was announced']);
  assert.deepEqual(await ask(socket, 'finish'), ['No upload was begun']);
  assert.deepEqual([await download(sha256(promised)), await download(sha256(sent))], [404, 404]);
});

test('sizes have limits, and nothing goes without begin', async () => {
  const socket = await program.connect();
  assert.deepEqual(await ask(socket, 'chunk', 0, Buffer.from('x')), ['No upload was begun']);
  assert.deepEqual(await ask(socket, 'finish'), ['No upload was begun']);
  for (const size of [0, 8 * 1024 * 1024 + 1]) {
    assert.deepEqual(await ask(socket, 'begin', announce(Buffer.from('x'), { size })), ['A file has 1 byte to 8 MiB']);
  }
});

test('wrong arguments are answered, and the connection stays', async () => {
  const socket = await program.connect();
  const good = announce(Buffer.from('x'));
  for (const file of [undefined, 'a.bin', {}, { ...good, size: -1 }, { ...good, size: '1' }, { ...good, sha256: 7 }]) {
    assert.equal((await ask(socket, 'begin', file))[0].ok, false, JSON.stringify(file));
  }
  await ask(socket, 'begin', good);
  for (const args of [[], [0], [0, 'x'], ['0', Buffer.from('x')], [-1, Buffer.from('x')], [0.5, Buffer.from('x')], [0, Buffer.from('x'), 1]]) {
    assert.equal((await ask(socket, 'chunk', ...args))[0].ok, false, JSON.stringify(args));
  }
  assert.deepEqual(await ask(socket, 'chunk', 0, Buffer.from('x')), [null, 1]);
});

test('the store is bounded', async () => {
  const socket = await program.connect();
  const answers = [];
  for (let i = 0; i < 17; ++i) answers.push((await upload(socket, Buffer.from(`file ${i}`)))[0]);
  assert.equal(answers.at(-1), 'There is no room for another file');
});
