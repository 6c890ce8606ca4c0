// The checker finds each kind of flaw, and nothing in a history that is good.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KINDS, canaryOf, check } from './checker.mjs';

const [ADA, BOB, CARL] = [1, 2, 3]; // an admin and two users
const time = (id) => `2024-11-27T12:00:00.${String(id).padStart(6, '0')}`;

const text = { 1: [BOB, ADA, 'first'], 2: [ADA, BOB, 'second'], 3: [BOB, ADA, 'third'], 4: [CARL, ADA, 'fourth'] };
const message = (id, read_status = false) => {
  const [sender_id, receiver_id, words] = text[id];
  const content = `${canaryOf(sender_id, receiver_id)} ${words}`;
  return { id, sender_id, receiver_id, content, timestamp: time(id), read_status, client_id: words };
};
const send = (id) => {
  const { content, receiver_id, client_id } = message(id);
  return { do: 'send', content, receiver: receiver_id, client_id };
};
const answer = (id, duplicate) => {
  const { receiver_id, client_id, timestamp } = message(id);
  return { id, timestamp, receiver_id, client_id, ...(duplicate ? { duplicate } : {}) };
};
const ack = (id, duplicate) => ({
  do: 'ack',
  content: message(id).content,
  answer: { ok: true, ...answer(id, duplicate) },
});
const sent = (id, duplicate) => ({ do: 'message_sent', data: answer(id, duplicate) });
const got = (id, read) => ({ do: 'receive_message', data: message(id, read) });
const mark = { sender_id: BOB, receiver_id: ADA, up_to_id: 3 };
const update = () => ({ do: 'read_status_update', data: { ...mark } });
const connect = (after_id) => ({ do: 'connect', after_id });
const resumed = (up_to_id, reads = []) => ({ do: 'resumed', data: { up_to_id, reads } });
const gone = { do: 'gone', why: 'transport close' };
const device = (name, person, steps, more = {}) => ({ name, person, cursor: 0, complete: true, steps, ...more });

// A good history with a cut, a restart, a repeat after a lost acknowledgement, a duplicate, marks and pages:
//   1  bob  → ada   "first"     acknowledged
//   2  ada  → bob   "second"    acknowledgement lost by a cut; repeated: duplicate
//   3  bob  → ada   "third"     sent by bob's phone
//   4  carl → ada   "fourth"
// Ada has read bob's up to 3; bob's laptop was away meanwhile. Ada's tablet reads by pages.
function good() {
  const laptop = device('laptop', BOB, [
    ...[connect(0), resumed(0), send(1), ack(1), sent(1), got(2), gone],
    ...[connect(2), update(), got(3, true), resumed(4, [{ ...mark }])],
  ]);
  const phone = device('phone', BOB, [
    ...[connect(0), got(1), resumed(1), got(2), send(3), ack(3), sent(3), gone],
    ...[connect(3), resumed(3), update()],
  ]);
  const desk = device('desk', ADA, [
    ...[
      connect(0),
      got(1),
      resumed(1),
      send(2),
      gone,
      connect(1),
      got(2),
      resumed(2),
      send(2),
      ack(2, true),
      sent(2, true),
    ],
    ...[
      got(3),
      { do: 'mark', sender: BOB, up_to_id: 3 },
      { do: 'marked', data: { ok: true, ...mark } },
      update(),
      got(4),
    ],
  ]);
  const tablet = device(
    'tablet',
    ADA,
    [
      ...[connect(), { do: 'ask', request: 1, after_id: 0 }, got(3)],
      { do: 'page', request: 1, data: { ok: true, more: true, messages: [1, 2].map((id) => message(id)), reads: [] } },
      ...[update(), { do: 'ask', request: 2, after_id: 2 }],
      { do: 'page', request: 2, data: { ok: true, more: false, messages: [message(3, true)], reads: [{ ...mark }] } },
      got(4),
    ],
    { pages: true },
  );
  const carl = device('carl', CARL, [connect(0), resumed(3), send(4), ack(4), sent(4)]);
  const listed = new Map([
    [ADA, [message(1, true), message(2), message(3, true), message(4)]],
    [BOB, [message(1, true), message(2), message(3, true)]],
    [CARL, [message(4)]],
  ]);
  return { devices: [laptop, phone, desk, tablet, carl], listed, laptop, phone, desk, tablet, carl, message };
}

const find = (device, kind, id) =>
  device.steps.find((step) => step.do === kind && (step.data ?? step.answer)?.id === id);
const drop = (device, kind, id) => device.steps.splice(device.steps.indexOf(find(device, kind, id)), 1);
const unlist = (history, id) => {
  for (const [person, list] of history.listed)
    history.listed.set(
      person,
      list.filter((message) => message.id !== id),
    );
};
const everywhere = (history, id, change) => {
  for (const list of history.listed.values()) for (const message of list) if (message.id === id) change(message);
};

test('a good history with cuts, a restart, repeats, duplicates, marks and pages has no flaw', () => {
  assert.deepEqual(check(good()), []);
});

// kind: [[what, how it is made, what the message must name]]
const planted = {
  lost: [
    [
      'acknowledged and not stored',
      (h) => (unlist(h, 4), drop(h.desk, 'receive_message', 4), drop(h.tablet, 'receive_message', 4)),
      /fourth.*acknowledged as 4 \(carl, step 3\)/,
    ],
    [
      'told by message_sent alone, and not stored',
      (h) => (
        unlist(h, 4),
        drop(h.carl, 'ack', 4),
        drop(h.desk, 'receive_message', 4),
        drop(h.tablet, 'receive_message', 4)
      ),
      /fourth.*acknowledged as 4/,
    ],
    [
      'delivered before it was stored',
      (h) => (unlist(h, 4), drop(h.carl, 'ack', 4), drop(h.carl, 'message_sent', 4)),
      /desk saw id 4/,
    ],
    [
      'stored and never delivered to a device that came back to the end',
      (h) => drop(h.laptop, 'receive_message', 3),
      /id 3.*never delivered to laptop/,
    ],
    ['left out of the pages', (h) => h.tablet.steps[3].data.messages.shift(), /id 1.*never delivered to tablet/],
    ['listed for one side only', (h) => h.listed.get(BOB).pop(), /id 3 is not listed for 2/],
    ['told to load anew', (h) => (h.laptop.steps.at(-1).data.reset = true), /laptop, step 10: told to load anew/],
  ],
  duplicate: [
    [
      'stored twice',
      (h) => [ADA, BOB].forEach((p) => h.listed.get(p).push({ ...h.message(2), id: 5 })),
      /second.*stored twice, as 2 and 5/,
    ],
    [
      'delivered twice on one connection',
      (h) => h.laptop.steps.splice(6, 0, h.laptop.steps[5]),
      /laptop, step 6: id 2.*again/,
    ],
    [
      'delivered again below the cursor after a reconnect',
      (h) => h.laptop.steps.splice(8, 0, h.laptop.steps[5]),
      /laptop, step 8: id 2.*again/,
    ],
    [
      'an own message told and delivered',
      (h) => h.carl.steps.push({ do: 'receive_message', data: h.message(4) }),
      /carl, step 5: id 4.*again/,
    ],
    [
      'twice live to who reads by pages',
      (h) => h.tablet.steps.push({ do: 'receive_message', data: h.message(4) }),
      /tablet, step 8: id 4.*again/,
    ],
    [
      'acknowledged under two ids',
      (h) => (find(h.carl, 'message_sent', 4).data.id = 5),
      /fourth.*acknowledged as 5, at carl, step 3 as 4/,
    ],
  ],
  phantom: [
    [
      'nobody sent it',
      (h) => everywhere(h, 4, (m) => (m.content = 'whatever')),
      /listed for 1: id 4 "whatever".*sent by nobody/,
    ],
    [
      'stored under another sender',
      (h) => everywhere(h, 2, (m) => ([m.sender_id, m.receiver_id] = [BOB, ADA])),
      /sent otherwise/,
    ],
    [
      'delivered with another content',
      (h) => (find(h.desk, 'receive_message', 3).data.content += '!'),
      /desk, step 11: id 3.*sent by nobody/,
    ],
    [
      'another client_id',
      (h) => (find(h.desk, 'receive_message', 3).data.client_id = 'x'),
      /desk, step 11: id 3.*sent otherwise/,
    ],
    [
      'acknowledged with another time',
      (h) => (find(h.carl, 'ack', 4).answer.timestamp = time(9)),
      /fourth.*another time|id 4 was acknowledged with the time/,
    ],
    [
      'message_sent to who never sent',
      (h) => h.carl.steps.push({ do: 'message_sent', data: { id: 9, timestamp: time(9) } }),
      /carl, step 5: message_sent of id 9/,
    ],
  ],
  reordered: [
    [
      'ids fall on one connection',
      (h) => ([h.desk.steps[11], h.desk.steps[15]] = [h.desk.steps[15], h.desk.steps[11]]),
      /desk, step 15: id 3 after 4/,
    ],
    [
      'stored in another order than sent',
      (h) => h.carl.steps.splice(2, 0, ...stored(h, 5, CARL, 'earlier')),
      /carl sent ".*earlier" before ".*fourth": stored as 5 and 4/,
    ],
    [
      'an acknowledgement below what was delivered',
      (h) =>
        h.desk.steps.splice(
          12,
          0,
          { do: 'send', content: x(h, 2).content, receiver: BOB, client_id: 'second' },
          { ...find(h.desk, 'ack', 2), answer: { ...find(h.desk, 'ack', 2).answer, duplicate: false } },
        ),
      /desk, step 13: id 2 after 3/,
    ],
    [
      'a page in another order',
      (h) => h.tablet.steps[3].data.messages.reverse(),
      /tablet, step 3: id 1 after 2 in a page/,
    ],
    ['a listing in another order', (h) => h.listed.get(ADA).reverse(), /listed for 1: id 3 behind 4/],
  ],
  reused: [
    [
      'an id of a lost message used again',
      (h) => {
        unlist(h, 4);
        h.carl.steps.push(...stored(h, 4, CARL, 'later'));
      },
      /id 4 is ".*", and was ".*"/,
    ],
  ],
  stranger: [
    [
      'delivered to a third',
      (h) => h.carl.steps.push({ do: 'receive_message', data: { ...h.message(3), id: 9 } }),
      /carl, step 5: id 9.*shown to 3/,
    ],
    [
      'in a page of a third',
      (h) =>
        h.carl.steps.push(
          { do: 'ask', request: 1, after_id: 4 },
          { do: 'page', request: 1, data: { ok: true, messages: [{ ...h.message(3), id: 9 }], reads: [] } },
        ),
      /carl, step 6: id 9/,
    ],
    ['listed for a third', (h) => h.listed.get(CARL).unshift(h.message(2)), /listed for 3: id 2/],
    [
      'its content under other names',
      (h) => h.carl.steps.push({ do: 'receive_message', data: { ...h.message(3), id: 9, receiver_id: CARL } }),
      /carl, step 5: <<2>1>> shown to 3/,
    ],
    [
      'its content within another event',
      (h) => h.carl.steps.push({ do: 'other', event: 'presence', data: { why: h.message(3).content } }),
      /carl, step 5: <<2>1>> shown to 3/,
    ],
    [
      'its read status told to a third',
      (h) => h.carl.steps.push({ do: 'read_status_update', data: { sender_id: BOB, receiver_id: ADA, up_to_id: 3 } }),
      /carl, step 5: the read status of 2 to 1/,
    ],
  ],
  mark: [
    [
      'acknowledged and lost',
      (h) => everywhere(h, 3, (m) => (m.read_status = false)),
      /2 to 1 read up to 3, but id 3 is unread/,
    ],
    [
      'never asked for',
      (h) => everywhere(h, 2, (m) => (m.read_status = true)),
      /id 2 from 1 is read, and 2 never asked/,
    ],
    [
      'never told to a device that was away',
      (h) => {
        h.laptop.steps.splice(8, 1);
        h.laptop.steps.at(-1).data.reads = [];
      },
      /laptop was never told that 1 messages of 2>1 are read/,
    ],
    [
      'going back on a device',
      (h) => h.phone.steps.push({ do: 'read_status_update', data: { sender_id: BOB, receiver_id: ADA, up_to_id: 1 } }),
      /phone, step 11: 2 to 1 read up to 1, and up to 3 before/,
    ],
    [
      'read before, and unread in the log',
      (h) => (find(h.laptop, 'receive_message', 3).data.read_status = false),
      /laptop, step 9: id 3 is unread, and was read/,
    ],
  ],
  refused: [
    [
      'for a reason that a good send never has',
      (h) => {
        unlist(h, 4);
        const ack = find(h.carl, 'ack', 4);
        ack.answer = { ok: false, code: 'internal' };
        h.carl.steps.pop();
        for (const d of [h.desk, h.tablet]) drop(d, 'receive_message', 4);
      },
      /carl, step 3: .*internal/,
    ],
    [
      'sent away for good',
      (h) => (h.phone.steps[7] = { do: 'gone', why: 'io server disconnect' }),
      /phone, step 7: sent away/,
    ],
    [
      'an error event',
      (h) => h.carl.steps.push({ do: 'other', event: 'error', data: { code: 'internal' } }),
      /carl, step 5: error/,
    ],
  ],
};
const x = (history, id) => history.message(id);

// The steps of one more message that carl's device sends, stored under `id`.
function stored(history, id, person, words) {
  const content = `${canaryOf(person, ADA)} ${words}`;
  const data = { id, timestamp: time(id), receiver_id: ADA, client_id: words };
  const message = { ...data, sender_id: person, content, read_status: false };
  history.listed.get(ADA).push(message);
  history.listed.get(person).push(message);
  for (const device of [history.desk, history.tablet]) {
    if (!find(device, 'receive_message', id)) device.steps.push({ do: 'receive_message', data: message });
  }
  history.carl.steps.push({ do: 'ack', content, answer: { ok: true, ...data } });
  return [{ do: 'send', content, receiver: ADA, client_id: words }];
}

for (const [kind, flaws] of Object.entries(planted)) {
  describe(`the checker finds: ${kind}`, () => {
    for (const [what, plant, text] of flaws) {
      test(what, () => {
        const history = good();
        plant(history);
        const found = check(history);
        const fitting = found.filter((flaw) => flaw.kind === kind && text.test(flaw.text));
        assert.notEqual(fitting.length, 0, `found only ${JSON.stringify(found, null, 1)}`);
        for (const flaw of found) assert.ok(KINDS.includes(flaw.kind));
      });
    }
  });
}

test('every kind of flaw is planted here', () => assert.deepEqual(Object.keys(planted).sort(), [...KINDS].sort()));

describe('what is no flaw', () => {
  test('a message that was never acknowledged and is not stored', () => {
    const history = good();
    history.carl.steps.push({ do: 'send', content: `${canaryOf(CARL, ADA)} fifth`, receiver: ADA, client_id: 'fifth' });
    assert.deepEqual(check(history), []);
  });

  test('a refused send that is stored later, behind those sent after it', () => {
    const history = good();
    const content = `${canaryOf(CARL, ADA)} refused first`;
    const refused = { do: 'ack', content, answer: { ok: false, code: 'rate_limited' } };
    history.carl.steps.splice(2, 0, ...stored(history, 5, CARL, 'refused first'), refused);
    assert.deepEqual(check(history), []);
  });

  test('a device that is still away lacks what came meanwhile', () => {
    const history = good();
    history.laptop.steps.splice(7);
    history.laptop.complete = false;
    assert.deepEqual(check(history), []);
  });

  test('who reads by pages gets live what comes in a page too', () => {
    const history = good();
    assert.ok(
      history.tablet.steps.filter((step) => (step.data?.messages ?? [step.data]).some((m) => m?.id === 3)).length > 1,
    );
  });
});

test('a content that stands for two messages is a mistake of the scene', () => {
  const history = good();
  history.carl.steps.push({ do: 'send', content: history.message(1).content, receiver: ADA, client_id: 'first' });
  assert.throws(() => check(history), /a content is for one message/);
});
