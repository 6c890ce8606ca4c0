// Protocol page 2.4: events and acknowledgements, over either transport and across the upgrade.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling } from './support/polling.mjs';
import { assertLives, connect, connected, transports } from './support/socketio.mjs';
import { SOCKET } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';

for (const Transport of transports) {
  describe(`events over ${Transport.transport}`, () => {
    test('are handled and answered in order, acknowledgements among them', async () => {
      const client = await connected(Transport);
      const packets = Array.from({ length: 60 }, (_, i) =>
        i % 3 ? `2["message",${i}]` : `2${i}["message-with-ack",${i}]`,
      );
      await client.send(...packets);
      for (let i = 0; i < packets.length; ++i) {
        assert.equal(await client.next(), i % 3 ? `2["message-back",${i}]` : `3${i}[${i}]`);
      }
      client.leave();
    });

    test('without a handler are ignored, with an ack id too', async () => {
      const client = await connected(Transport);
      await client.send(
        '2["nobody-listens",1]',
        '27["nobody-listens",1]',
        '51-["nobody-listens",{"_placeholder":true,"num":0}]',
        Buffer.from([1]),
      );
      await assertLives(client);
      client.leave();
    });

    test('an ack id asks for exactly one acknowledgement', async () => {
      const client = await connected(Transport);
      await client.send('25["message-with-ack"]');
      assert.equal(await client.next(), '35[]');
      await assertLives(client);
      client.leave();
    });

    test('the same ack id twice gets two acknowledgements, one each', async () => {
      const client = await connected(Transport);
      await client.send('25["message-with-ack",1]', '25["message-with-ack",2]');
      assert.equal(await client.next(), '35[1]');
      assert.equal(await client.next(), '35[2]');
      client.leave();
    });

    test('an acknowledgement with an unknown id is ignored, a binary one too', async () => {
      const client = await connected(Transport);
      await client.send('3999[]', '30["x"]', '61-12[{"_placeholder":true,"num":0}]', Buffer.from([1]));
      await assertLives(client);
      client.leave();
    });

    test('binary data in an acknowledgement makes it a BINARY_ACK', async () => {
      const client = await connected(Transport);
      const args = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
      await client.send(`52-789["message-with-ack",${args}]`, Buffer.from([1, 2]), Buffer.from([3]));
      assert.equal(await client.next(), `62-789[${args}]`);
      assert.deepEqual(await client.next(), Buffer.from([1, 2]));
      assert.deepEqual(await client.next(), Buffer.from([3]));
      client.leave();
    });

    test('handlers of / do not hear /custom', async () => {
      const client = await connected(Transport);
      await connect(client, '/custom,');
      await client.send('2/custom,["message",1]', '2/custom,8["message-with-ack",1]');
      await assertLives(client);
      client.leave();
    });

    test('a text near maxPayload comes back', async () => {
      const client = await connected(Transport);
      const text = 'é'.repeat(499_900);
      await client.send(`2["message","${text}"]`);
      assert.ok((await client.next()) === `2["message-back","${text}"]`);
      client.leave();
    });
  });
}

test('many sockets at once get their own answers only', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, (_, i) => connected(transports[i % 2])));
  await Promise.all(
    clients.map(async (client, who) => {
      for (let i = 0; i < 10; ++i) {
        await client.send(`2["message",${who},${i}]`);
        assert.equal(await client.next(), `2["message-back",${who},${i}]`);
      }
      client.leave();
    }),
  );
});

test('events across the upgrade come once each and in order, attachments with their header', async () => {
  const session = await Polling.open(SOCKET);
  await session.send('40');
  await session.receive(2);
  const placeholder = '{"_placeholder":true,"num":0}';
  await session.send('42["message",0]', `451-["message",1,${placeholder}]`, 'bAQ==');
  const peer = await WebSocketPeer.open(`${SOCKET}?EIO=4&transport=websocket&sid=${session.sid}`);
  peer.send('2probe');
  assert.equal(await peer.rawMessage(), '3probe');
  // The header over polling, its attachment over WebSocket: the session's packets are one sequence.
  await session.send(`451-["message",2,${placeholder}]`);
  peer.send('5', Buffer.of(2), '42["message",3]');
  assert.deepEqual(await peer.messages(6), [
    '42["message-back",0]',
    `451-["message-back",1,${placeholder}]`,
    Buffer.of(1),
    `451-["message-back",2,${placeholder}]`,
    Buffer.of(2),
    '42["message-back",3]',
  ]);
  peer.destroy();
});
