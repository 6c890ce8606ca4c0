// Presence of many at once: nobody is left out, nobody is told of twice, and those to whom it is nothing hear nothing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { addCrowd, connectCrowd, until } from './support/crowd.mjs';
import { api, logIn, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const COUNT = 400; // far more than are told in one turn

describe('a crowd', () => {
  let server, desk, other, crowd, admins, canary;

  before(async () => {
    server = await Server.start();
    desk = await register(server, 'admin');
    other = await register(server, 'user');
    crowd = await addCrowd(server, COUNT);
    desk = await logIn(server, desk);
    other = await logIn(server, other);
    admins = [await Chat.connect(server, desk), await Chat.connect(server, desk, { via: 'polling' })];
    canary = await Chat.connect(server, other);
  });
  after(async () => {
    for (const each of [...admins, canary]) each.close();
    await server.stop();
  });

  // Each of the crowd once, whatever the order; then one who is not of the crowd, so that all before it is there.
  async function told(admin, online, marker) {
    await admin.next('presence', (each) => each.user_id === marker.id && each.online === online);
    const of = new Set(crowd.map(({ id }) => id));
    return admin.all('presence').filter((each) => of.has(each.user_id) && each.online === online);
  }

  test('each is told of once as they come and once as they go, over both transports, and to admins alone', async () => {
    let sockets = await connectCrowd(server, crowd);
    const [come, go] = [await register(server, 'user'), await register(server, 'user')];
    const marker = await Chat.connect(server, come);
    for (const admin of admins) {
      const came = await told(admin, true, come);
      assert.equal(new Set(came.map(({ user_id }) => user_id)).size, COUNT, admin.via);
      assert.equal(came.length, COUNT, admin.via);
    }
    // Who comes back within the grace was never gone.
    for (let round = 0; round < 3; ++round) {
      for (const socket of sockets) socket.close();
      sockets = await connectCrowd(server, crowd);
    }
    const users = (await api(server, 'GET', '/chat/users', { token: desk.token })).json;
    assert.equal(users.filter(({ online }) => online).length, COUNT + 2);

    for (const socket of sockets) socket.close();
    const leaver = await Chat.connect(server, go);
    leaver.close();
    for (const admin of admins) {
      const went = await told(admin, false, go);
      assert.equal(new Set(went.map(({ user_id }) => user_id)).size, COUNT, admin.via);
      assert.equal(went.length, COUNT, `${admin.via}: once, though they came back three times`);
      assert.equal(admin.all('presence').filter(({ online }) => online).length, COUNT + 3, admin.via);
    }
    assert.ok(
      canary.all('presence').every(({ user_id }) => user_id === desk.id),
      'a user hears of admins alone',
    );
    marker.close();
  });

  test('one admin who comes is told to each of the crowd, once', async () => {
    const sockets = await connectCrowd(server, crowd);
    const before = sockets.map(({ counts }) => counts.presence ?? 0);
    const late = await register(server, 'admin');
    const chat = await Chat.connect(server, late);
    await canary.next('presence', ({ user_id }) => user_id === late.id);
    // A message to each shows that what came before it is there.
    for (const person of crowd) await chat.send(person, 'all before this');
    await until(() => sockets.every(({ counts }, i) => counts.receive_message === 1 && counts.presence > before[i]));
    assert.deepEqual(
      sockets.map(({ counts }, i) => (counts.presence ?? 0) - before[i]),
      sockets.map(() => 1),
    );
    for (const admin of admins) {
      assert.ok(
        admin.all('presence').every(({ user_id }) => user_id !== late.id),
        'admins hear of users alone',
      );
    }
    for (const socket of sockets) socket.close();
    chat.close();
  });
});
