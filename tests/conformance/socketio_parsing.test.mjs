// Protocol page 2.1 and 2.2: what is read, what is written, what is rejected. S1–S4 of the reliability page.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertLives, connected, transports } from './support/socketio.mjs';

const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

for (const Transport of transports) {
  describe(`2.2 over ${Transport.transport}: a rejected packet closes the session, nothing of it is delivered`, () => {
    const rejects = (what, ...packets) =>
      test(`${what}: ${packets.map(String).join(' ').slice(0, 60)}`, async () => {
        const client = await connected(Transport);
        await client.send(...packets, '2["message","after"]');
        await client.ends();
      });
    rejects('S1: no type', '');
    for (const type of ['7', '9', 'a', '-', ' 2["message"]', 'abc']) rejects('S1: an unknown type', type);
    rejects('S1: broken JSON', '2["message"');
    rejects('S1: broken JSON', '2["message",}]');
    rejects('S1: single quotes', "2['message']");
    rejects('S1: a trailing comma', '2["message",]');
    rejects('S1: text after the JSON', '2["message"]x');
    rejects('S1: a second array after the first', '2["message"]["message"]');
    rejects('S1: a number that is none in JSON', '2["message",01]');
    rejects('S1: NaN', '2["message",NaN]');
    rejects('S1: a raw control character within text', '2["message","\u0001"]');
    rejects('S1: a CONNECT with null', '0/custom,null');
    rejects('S1: a CONNECT with a list', '0/custom,[]');
    rejects('S1: a CONNECT with text', '0/custom,"x"');
    rejects('S1: a CONNECT with a number', '0/custom,1');
    rejects('S1: a CONNECT with broken JSON', '0/custom,{"a"');
    rejects('S1: a DISCONNECT with a payload', '1{}');
    rejects('S1: a DISCONNECT with a list', '1["x"]');
    for (const payload of ['{}', '"message"', 'null', 'true', '[]', '[null]', '[true]', '[{}]', '[["message"]]'])
      rejects('S1: an EVENT with', `2${payload}`);
    for (const payload of ['{}', '"x"', 'null', '1{}', '1"x"', '1null']) rejects('S1: an ACK with', `3${payload}`);
    for (const name of ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']) {
      rejects('S4: a reserved name', `2["${name}"]`);
    }
    rejects('S4: a reserved name, escaped', '2["\\u0063onnect"]');
    rejects('S4: a reserved name in a binary event', `51-["disconnect",${placeholder(0)}]`, Buffer.from([1]));
    for (const id of ['abc', '1a', '-1', '1.5', '+1', ' 1', 'e1'])
      rejects('S1: no ack id', `2${id}["message-with-ack",1]`);

    rejects('S2: no attachment count', `5["message",${placeholder(0)}]`, Buffer.from([1]));
    rejects('S2: a count without dash', `51["message",${placeholder(0)}]`, Buffer.from([1]));
    for (const count of ['', 'x', '-1', '1.5', '1e1', '0x1', ' 1']) {
      rejects('S2: an attachment count that is no number', `5${count}-["message",${placeholder(0)}]`, Buffer.from([1]));
    }
    rejects('S2: 0 attachments', '50-["message"]');
    rejects('S2: 11 attachments', `511-["message",${Array.from({ length: 11 }, (_, i) => placeholder(i))}]`);
    rejects('S2: 4 billion attachments', `54294967297-["message",${placeholder(0)}]`);
    rejects('S2: a count of 30 digits', `5${'9'.repeat(30)}-["message"]`);
    rejects('S2: 0 attachments in an ACK', '60-1[]');
    rejects('text while attachments are due', `51-["message",${placeholder(0)}]`, '2["message",1]');
    rejects(
      'text after one of two attachments',
      `52-["message",${placeholder(0)},${placeholder(1)}]`,
      Buffer.from([1]),
      '2["message",1]',
    );
    rejects('binary while none is due', Buffer.from([1, 2]));
    rejects('binary more than due', `61-5[${placeholder(0)}]`, Buffer.from([1]), Buffer.from([2]));
    for (const num of ['1', '-1', '0.5', '"0"', 'null', '1e300', '99999999999999999999', 'true', '{}']) {
      rejects(`S3: placeholder num ${num} of 1`, `51-["message",${placeholder(num)}]`, Buffer.from([1]));
    }
    rejects('S3: a placeholder without num', '51-["message",{"_placeholder":true}]', Buffer.from([1]));
    rejects('S3: a bad placeholder deep inside', `51-["message",{"a":[{"b":${placeholder(7)}}]}]`, Buffer.from([1]));
  });

  describe(`2.1 over ${Transport.transport}: what is read is written the same`, () => {
    const echoes = (what, args) =>
      test(what, async () => {
        const client = await connected(Transport);
        await client.send(`2["message"${args && `,${args}`}]`);
        assert.equal(await client.next(), `2["message-back"${args && `,${args}`}]`);
        client.leave();
      });
    echoes('no argument', '');
    echoes('values of every kind', '1,"2",{"3":[true]},null,false,[],{}');
    echoes('key order', '{"b":1,"a":2,"10":3,"9":4}');
    echoes('text in UTF-8', '"é€𝄞","","日本"');
    echoes('escaped control characters', '"\\u0000\\u001e\\n\\t\\\\\\""');
    echoes('whole numbers up to 2^53-1', '0,-1,9007199254740991,-9007199254740991');
    echoes('fractions', '0.1,-2.5,1.7976931348623157e+308,5e-324,0.30000000000000004');
    echoes('a placeholder object in an ordinary event is data', placeholder(0));
    echoes('a placeholder object with a nonsense num in an ordinary event is data', placeholder('"x"'));

    test('JSON with blanks and line breaks between the parts', async () => {
      const client = await connected(Transport);
      await client.send('2[ "message" , {"a" : [ 1 ,2 ] } ]');
      const text = await client.next();
      assert.equal(JSON.stringify(JSON.parse(text.slice(1))), '["message-back",{"a":[1,2]}]');
      client.leave();
    });

    test('escapes in event names and texts are read', async () => {
      const client = await connected(Transport);
      await client.send('2["m\\u0065ssage","\\u00e9\\ud834\\udd1e"]');
      assert.deepEqual(JSON.parse((await client.next()).slice(1)), ['message-back', 'é𝄞']);
      client.leave();
    });

    for (const id of ['0', '1', '456', '4294967296', '9007199254740991']) {
      test(`ack id ${id} comes back as the same number`, async () => {
        const client = await connected(Transport);
        await client.send(`2${id}["message-with-ack",1]`);
        assert.equal(await client.next(), `3${id}[1]`);
        client.leave();
      });
    }

    test('names error, connection and a number are ordinary', async () => {
      const client = await connected(Transport);
      await client.send('2["error"]', '2["connection",1]', '2[5,"numeric"]');
      await assertLives(client);
      client.leave();
    });
  });
}
