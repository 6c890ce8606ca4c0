// examples/chat_rooms.cpp: names, rooms, who hears what.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BUILD, Program, TRANSPORTS, all, ask, next } from './support/program.mjs';

let program;
before(async () => {
  program = await Program.start(`${BUILD}/bin/chat_rooms`);
});
after(() => program?.stop());

const enter = (name, options = {}) => program.connect({ auth: { name }, ...options });
// What others did before reaches the room's members on this socket's thread a moment later; whoever joins in that moment
// gets it too. After two questions the moment is over.
const settle = async (socket) => {
  for (let i = 0; i < 2; ++i) await ask(socket, 'leave', 'nowhere');
};
const refusal = async (auth) => {
  try {
    await program.connect({ auth });
  } catch (error) {
    return error.message;
  }
  return undefined;
};

describe('names', () => {
  test('a client without a good name is not let in', async () => {
    for (const auth of [{}, { name: '' }, { name: 7 }, { name: null }, { name: 'x'.repeat(33) }]) {
      assert.equal(await refusal(auth), 'A name has 1 to 32 characters', JSON.stringify(auth));
    }
    await enter('ü'.repeat(32)); // characters, not bytes
  });

  test('a name is taken as long as its owner is there, and free at once when they go', async () => {
    const first = await enter('Ada');
    assert.equal(await refusal({ name: 'Ada' }), 'Name is taken');
    const watcher = await enter('Watcher of Ada');
    assert.deepEqual(await ask(first, 'join', 'names'), [null, ['Ada']]);
    await ask(watcher, 'join', 'names');
    first.disconnect();
    await next(watcher, 'left');
    await enter('Ada');
  });
});

for (const [how, transports] of Object.entries(TRANSPORTS)) {
  test(`over ${how}: a room hears who comes, writes, types and goes, but nobody hears themselves`, async () => {
    const room = `room ${how}`;
    const [ada, bob] = [await enter(`Ada ${how}`, { transports }), await enter(`Bob ${how}`, { transports })];
    assert.deepEqual(await ask(ada, 'join', room), [null, [`Ada ${how}`]]);
    await settle(bob);
    assert.deepEqual(await ask(bob, 'join', room), [null, [`Ada ${how}`, `Bob ${how}`]]);
    assert.deepEqual(await next(ada, 'joined'), [room, `Bob ${how}`]);
    assert.deepEqual(await ask(bob, 'say', room, 'Hello, Ada'), [null]);
    assert.deepEqual(await next(ada, 'said'), [room, `Bob ${how}`, 'Hello, Ada']);
    // Volatile events may get lost on a busy transport; typing goes on until one came through.
    const heard = next(bob, 'typing');
    const typing = setInterval(() => ada.emit('typing', room), 20);
    assert.deepEqual(await heard, [room, `Ada ${how}`]);
    clearInterval(typing);
    assert.deepEqual(await ask(bob, 'leave', room), [null]);
    assert.deepEqual(await next(ada, 'left'), [room, `Bob ${how}`]);
    assert.deepEqual([all(bob, 'said'), all(bob, 'joined'), all(ada, 'typing')], [[], [], []]);
    ada.disconnect();
    bob.disconnect();
  });
}

test('a client that goes has left all its rooms', async () => {
  const [ada, bob] = [await enter('Ada leaves'), await enter('Bob stays')];
  for (const room of ['one', 'two']) {
    await ask(ada, 'join', room);
    await ask(bob, 'join', room);
  }
  ada.disconnect();
  assert.deepEqual([await next(bob, 'left'), await next(bob, 'left')].sort(), [
    ['one', 'Ada leaves'],
    ['two', 'Ada leaves'],
  ]);
  assert.deepEqual(await ask(bob, 'join', 'one'), [null, ['Bob stays']]);
});

test('who is not in a room neither writes nor types there, nor hears anything', async () => {
  const [inside, outside] = [await enter('inside'), await enter('outside')];
  await ask(inside, 'join', 'closed');
  outside.emit('typing', 'closed');
  assert.deepEqual(await ask(outside, 'say', 'closed', 'let me in'), ['You are not in this room']);
  assert.deepEqual(await ask(outside, 'leave', 'closed'), ['You are not in this room']);
  await ask(inside, 'say', 'closed', 'we are alone');
  await settle(outside);
  assert.deepEqual(outside.log, []);
  await ask(outside, 'join', 'closed');
  await ask(outside, 'say', 'closed', 'here I am');
  assert.deepEqual(await next(inside, 'joined'), ['closed', 'outside']);
  // What comes now came last: nothing was before it.
  assert.deepEqual(await next(inside, 'said'), ['closed', 'outside', 'here I am']);
  assert.deepEqual([all(inside, 'said').length, all(inside, 'typing'), outside.log], [1, [], []]);
});

test('names of rooms, texts and the number of rooms have limits', async () => {
  const ada = await enter('Ada at the limits');
  for (const room of ['', 'x'.repeat(33)]) {
    assert.deepEqual(await ask(ada, 'join', room), ["A room's name has 1 to 32 characters"]);
  }
  for (let i = 0; i < 10; ++i) assert.equal((await ask(ada, 'join', `limits ${i}`))[0], null);
  assert.deepEqual(await ask(ada, 'join', 'limits 10'), ['10 rooms are enough']);
  assert.equal((await ask(ada, 'join', 'limits 9'))[0], null); // again is no more
  assert.deepEqual(await ask(ada, 'say', 'limits 0', ''), ['A text has 1 to 2000 characters']);
  assert.deepEqual(await ask(ada, 'say', 'limits 0', 'x'.repeat(2001)), ['A text has 1 to 2000 characters']);
  assert.deepEqual(await ask(ada, 'say', 'limits 0', 'x'.repeat(2000)), [null]);
});

test('arguments of the wrong number or type are answered, and the connection stays', async () => {
  const ada = await enter('Ada makes mistakes');
  for (const args of [[], [7], [null], ['a', 'b'], [{ room: 'a' }], [Buffer.from('a')]]) {
    const [answer] = await ask(ada, 'join', ...args);
    assert.equal(answer.ok, false, JSON.stringify(args));
  }
  assert.equal((await ask(ada, 'join', 'after mistakes'))[0], null);
});
