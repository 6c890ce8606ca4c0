// The client of the scenes: what it sends stays in order although the client library announces a connection that is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Device } from './support/device.mjs';
import { listed, newWorld } from './support/world.mjs';

test('nothing is sent on a connection that was lost before its CONNECT was handed out', async () => {
  const world = await newWorld();
  const [admin] = world.admins;
  const [user] = world.users;
  const device = new Device({ name: 'ghost', person: user, url: world.server.url, via: 'polling' });
  try {
    // Behind the library's own listener: the CONNECT has been read, and is handed out only after the loss.
    device.socket.io.once('open', () => {
      const { engine } = device.socket.io;
      queueMicrotask(() => engine.once('data', () => engine._onClose('transport close')));
      device.socket.io.once('open', () => device.send(admin.id, 'second'));
    });
    device.send(admin.id, 'first');
    device.start();
    await device.until(() => device.waiting === 0, 'acknowledged');
    assert.ok(device.steps.some(({ do: kind }) => kind === 'ghost'));
    assert.deepEqual(
      (await listed(world.server, user)).map(({ content }) => content.split(' ').at(-1)),
      ['first', 'second'],
    );
  } finally {
    device.close();
    await world.server.kill();
    world.remove();
  }
});
