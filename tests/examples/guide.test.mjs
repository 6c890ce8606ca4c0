// The programs of docs/guide/README.md do what the guide says. (That its code blocks are these programs: suite docs.)
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runJavaScriptClient, runPythonClient } from './support/guide_clients.mjs';
import { BUILD, Program, TRANSPORTS, all, ask, next, within } from './support/program.mjs';

describe('the first server', () => {
  let program;
  before(async () => {
    program = await Program.start(`${BUILD}/bin/first_server`);
  });
  after(() => program?.kill());

  test('the JavaScript client of the guide prints what the guide says', async () => {
    const lines = await runJavaScriptClient(program.url);
    assert.match(lines[0], /^I am [\w-]{20}$/);
    assert.deepEqual(lines.slice(1).sort(), ['delivered', 'said: Hello from JavaScript']);
  });

  test('so does the Python client', async () => {
    // Its handlers run on threads of their own: words stay whole, their order and ends of lines do not.
    const words = (await runPythonClient(program.url)).join('\n');
    for (const expected of [/I am [\w-]{20}/, /delivered/, /said: Hello from Python/]) assert.match(words, expected);
  });

  test('an argument of the wrong type is answered, not handled', async () => {
    const socket = await program.connect();
    assert.equal((await ask(socket, 'say', 7))[0].ok, false);
    assert.deepEqual(await ask(socket, 'say', 'right'), ['delivered']);
    assert.deepEqual(all(socket, 'said'), [['right']]);
  });
});

describe('the tour', () => {
  let program;
  before(async () => {
    program = await Program.start(`${BUILD}/bin/tour`);
  });
  after(() => program?.stop());
  const enter = (name, options = {}) => program.connect({ auth: { name }, ...options });

  test('middleware: who gives no name is refused, who gives one is welcomed, who goes is noticed', async () => {
    for (const auth of [{}, { name: 7 }]) {
      await assert.rejects(program.connect({ auth }), { message: 'a name, please' });
    }
    const ada = await enter('Ada');
    assert.deepEqual(await next(ada, 'welcome'), ['Ada']);
    ada.disconnect();
    await program.line(/^Ada left: client namespace disconnect$/);
  });

  test('typed handlers: values of C++ types come and go, optional ones may be missing', async () => {
    const [ada, bob] = [await enter('Ada draws'), await enter('Bob looks')];
    const line = [{ x: 1, y: 2.5 }, { x: -3, y: 0 }];
    ada.emit('draw', line, 'red');
    ada.emit('draw', line);
    ada.emit('draw', [{ x: 1 }]); // not handled: y is missing
    ada.emit('draw', []);
    assert.deepEqual([await next(bob, 'drawn'), await next(bob, 'drawn'), await next(bob, 'drawn')], [
      [line, 'red'],
      [line, 'black'],
      [[], 'black'],
    ]);
    assert.deepEqual(all(ada, 'drawn'), []);
  });

  test('acknowledgements: answers, errors first', async () => {
    const ada = await enter('Ada adds');
    assert.deepEqual(await ask(ada, 'sum', [1, 2, 39]), [null, 42]);
    assert.deepEqual(await ask(ada, 'sum', []), ['nothing to add']);
  });

  test('a handler that asks the client goes on with its answer', async () => {
    const ada = await enter('Ada eats');
    const answers = [false, 'yes', true];
    ada.on('are you sure?', (dish, answer) => answer(answers.shift()));
    for (const dish of ['soup', 'fish', 'cake']) ada.emit('order', dish);
    assert.deepEqual(await next(ada, 'ordered'), ['cake']);
    assert.deepEqual(all(ada, 'are you sure?').length, 3);
  });

  test('a handler that asks many goes on when all have answered or the time is over', async () => {
    const people = await Promise.all(['Ada asks', 'Bob votes', 'Cy votes', 'Dan sleeps'].map((name) => enter(name)));
    const [ada, bob, cy] = people;
    bob.on('vote?', (question, answer) => answer(question === 'tea?'));
    cy.on('vote?', (question, answer) => answer(false));
    const [inFavour, missing] = await ask(ada, 'vote', 'tea?');
    assert.equal(inFavour, 1);
    assert.ok(missing >= 1); // Dan, and whoever else of these tests is there
    assert.deepEqual(await next(bob, 'thank you'), []);
    assert.deepEqual(await next(cy, 'voted'), ['tea?', 1]);
    assert.deepEqual([all(ada, 'voted'), all(cy, 'thank you')], [[], []]);
  });

  test('rooms: only members hear, only members are heard', async () => {
    const [ada, bob, eve] = [await enter('Ada'), await enter('Bob'), await enter('Eve')];
    assert.deepEqual(await ask(ada, 'join', 'garden'), [null]);
    assert.deepEqual(await ask(bob, 'join', 'garden'), [null]);
    assert.deepEqual(await next(ada, 'joined'), ['Bob']);
    assert.deepEqual(await ask(bob, 'join', ''), ["a room's name has 1 to 64 bytes"]);
    eve.emit('say', 'garden', 'from outside');
    ada.emit('say', 'garden', 'from inside');
    assert.deepEqual(await next(ada, 'said'), ['Ada', 'from inside']); // to(room) of the namespace: the sender too
    assert.deepEqual(await next(bob, 'said'), ['Ada', 'from inside']);
    const typing = setInterval(() => ada.emit('typing', 'garden'), 20);
    assert.deepEqual(await next(bob, 'typing'), ['Ada']);
    clearInterval(typing);
    assert.deepEqual([all(eve, 'said'), all(ada, 'typing')], [[], []]);
    // Members of "muted" speak, but do not hear.
    await ask(bob, 'join', 'muted');
    bob.emit('say', 'garden', 'I hear nothing');
    assert.deepEqual(await next(ada, 'said'), ['Bob', 'I hear nothing']);
    assert.equal(all(bob, 'said').length, 1);
  });

  for (const [how, transports] of Object.entries(TRANSPORTS)) {
    test(`over ${how}: binary data there and back; other threads are heard`, async () => {
      const ada = await enter('Ada', { transports });
      assert.deepEqual(await ask(ada, 'reverse', Buffer.from([1, 2, 0, 255])), [Buffer.from([255, 0, 2, 1])]);
      assert.equal((await ask(ada, 'reverse', 'text'))[0].ok, false);
      const [first] = await next(ada, 'tick');
      const [second] = await next(ada, 'tick');
      assert.ok(second > first);
      assert.deepEqual(await ask(ada, 'read file', 'a.txt'), [null, 'the content of a.txt']);
    });
  }

  test('options: a message over max_payload ends the connection, foreign pages need permission', async () => {
    const ada = await enter('Ada');
    const gone = new Promise((resolve) => ada.once('disconnect', resolve));
    ada.emit('say', 'garden', 'x'.repeat(256 * 1024));
    await within(gone, 'disconnect');
    const handshake = (origin) => fetch(`${program.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    const allowed = await handshake('https://shop.example.org');
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://shop.example.org');
    assert.equal(allowed.status, 200);
    const refused = await handshake('https://other.example.org');
    assert.equal(refused.headers.get('access-control-allow-origin'), null);
    assert.equal(refused.status, 403);
  });

  test('shutdown: everybody is told before the connections end', async () => {
    const own = await Program.start(`${BUILD}/bin/tour`);
    const ada = await own.connect({ auth: { name: 'Ada' } });
    const gone = new Promise((resolve) => ada.once('disconnect', resolve));
    await own.stop(next(ada, 'goodbye'));
    assert.equal(await gone, 'transport close');
  });
});
