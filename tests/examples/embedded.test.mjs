// examples/embedded.cpp: beside a Boost.Asio program.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { BUILD, Program, TRANSPORTS, all, ask, next, within } from './support/program.mjs';

let program;
let port;
const start = async () => {
  const started = await Program.start(`${BUILD}/bin/embedded`, ['127.0.0.1:0', '0']);
  return [started, Number((await started.line(/^lines on port (\d+)$/))[1])];
};
before(async () => {
  [program, port] = await start();
});
after(() => program?.stop());

const tcp = async () => {
  const connection = connect(port, '127.0.0.1');
  await once(connection, 'connect');
  return connection;
};

for (const [how, transports] of Object.entries(TRANSPORTS)) {
  test(`over ${how}: the timer's ticks and lines from TCP reach everybody`, async () => {
    const sockets = [await program.connect({ transports }), await program.connect({ transports })];
    const [[first], [second]] = [await next(sockets[0], 'tick'), await next(sockets[0], 'tick')];
    assert.ok(second > first);
    await next(sockets[1], 'tick');
    const connection = await tcp();
    connection.write(`first ${how}\nsec`);
    connection.write(`ond ${how}\n`);
    for (const socket of sockets) {
      assert.deepEqual([await next(socket, 'line'), await next(socket, 'line')], [[`first ${how}`], [`second ${how}`]]);
      socket.disconnect();
    }
    connection.destroy();
  });
}

test('work that a handler hands over is answered later, each question by its own answer', async () => {
  const socket = await program.connect();
  const numbers = [1, 2, 97, 360, 999_999_999_989, 1_000_000_000_000];
  const answers = await Promise.all(numbers.map((n) => ask(socket, 'factorize', n)));
  assert.deepEqual(answers, [
    [null, []],
    [null, [2]],
    [null, [97]],
    [null, [2, 2, 2, 3, 3, 5]],
    [null, [999_999_999_989]],
    [null, [...Array(12).fill(2), ...Array(12).fill(5)]],
  ]);
});

test('a client that goes while its answer is under way harms nobody', async () => {
  const [leaver, other] = [await program.connect(), await program.connect()];
  for (let i = 0; i < 50; ++i) leaver.emit('factorize', 999_999_999_989, () => {});
  leaver.disconnect();
  assert.deepEqual(await ask(other, 'factorize', 6), [null, [2, 3]]);
});

test('numbers out of range and wrong arguments are answered', async () => {
  const socket = await program.connect();
  for (const n of [0, -5, 1_000_000_000_001]) {
    assert.deepEqual(await ask(socket, 'factorize', n), ['A number from 1 to 10^12, please']);
  }
  for (const args of [[], ['6'], [1.5], [null], [6, 7]]) {
    assert.equal((await ask(socket, 'factorize', ...args))[0].ok, false, JSON.stringify(args));
  }
});

test('bytes that are no text are not passed on, and a line without end is cut off', async () => {
  const socket = await program.connect();
  const [rude, endless] = [await tcp(), await tcp()];
  rude.write(Buffer.from([0xff, 0xfe, 0x0a]));
  rude.write('good again\n');
  assert.deepEqual(await next(socket, 'line'), ['good again']);
  endless.on('error', () => {});
  endless.write('x'.repeat(100_000));
  await within(new Promise((resolve) => endless.on('close', resolve)), 'end of the endless line');
  assert.equal(all(socket, 'line').length, 1);
  rude.destroy();
});

test('SIGTERM in the middle of work stops both loops in order', async () => {
  const [own] = await start();
  const socket = await own.connect();
  await next(socket, 'tick');
  for (let i = 0; i < 200; ++i) socket.emit('factorize', 999_999_999_989, () => {});
  await own.stop(new Promise((resolve) => socket.once('disconnect', resolve)));
  assert.equal(own.lines.at(-1), 'stopped');
});
