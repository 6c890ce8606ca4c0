// Judges the histories of all clients against what the server's log says at the end. Pure: no clock, no sockets, no chance.
//
//   history = {
//     devices: [{name, person, cursor, pages, complete, steps}]   one client of one person; all steps in order of arrival
//     listed:  Map person → the messages that REST gives that person at the end, oldest first
//     refusals: codes that a send may be refused with (the message may then come later than those sent after it)
//   }
//
// A device began behind id `cursor`; `complete`: it came back at the quiet end and was told that it has everything. With
// `pages` it connects without after_id and reads what it missed by `resume`: the same message may come live as well.
// Every content names its parties by canaryOf() and is used for one message only. The steps:
//
//   {do: 'connect', after_id}                     a new connection
//   {do: 'send', content, receiver, client_id}    repeats included
//   {do: 'ack', content, answer}, {do: 'message_sent', data}
//   {do: 'receive_message', data}, {do: 'resumed', data}
//   {do: 'ask', request, after_id}, {do: 'page', request, data}
//   {do: 'mark', sender, up_to_id}, {do: 'marked', data}, {do: 'read_status_update', data}
//   {do: 'other', event, data}, {do: 'gone', why}, {do: 'note', text}
//
// check() returns flaws, each {kind, text}: none means that the six guarantees of the contract held in this history.
import { ReadMarks } from './read_marks.mjs';

export const KINDS = ['lost', 'duplicate', 'phantom', 'reordered', 'reused', 'stranger', 'mark', 'refused'];
export const REFUSALS = ['rate_limited', 'storage_unavailable'];

// What a content bears: whoever sees it and is neither of the two is a stranger.
export const canaryOf = (sender, receiver) => `<<${sender}>${receiver}>>`;
const CANARY = /<<(\d+)>(\d+)>>/g;

export function check(history) {
  const judge = new Judge(history);
  judge.readSends();
  judge.readListings();
  for (const device of history.devices) judge.follow(device);
  judge.compareAcknowledged();
  for (const device of history.devices) judge.compareOrder(device);
  for (const device of history.devices) judge.compareEnd(device);
  return judge.flaws;
}

class Judge {
  flaws = [];
  #history;
  #refusals;
  #sent = new Map(); // content → {device, person, receiver, client_id, step, refused}
  #stored = new Map(); // id → message
  #byClientId = new Map(); // person/client_id → content
  #idOf = new Map(); // content → the id under which it is stored
  #owner = new Map(); // id → content, wherever it was seen
  #acknowledged = new Map(); // content → {id, timestamp, where}
  #seen = new Map(); // device → the ids it has seen
  #marks;

  constructor(history) {
    this.#history = history;
    this.#refusals = history.refusals ?? REFUSALS;
    this.#marks = new ReadMarks((text) => this.#flaw('mark', text));
  }

  // `about`: {device, contents}, where one step of one device does not say it all.
  #flaw(kind, text, about) {
    this.flaws.push({ kind, text, ...(about && { about }) });
  }

  readSends() {
    for (const device of this.#history.devices) {
      for (const [number, step] of device.steps.entries()) {
        if (step.do === 'mark') this.#marks.asked(step.sender, device.person, step.up_to_id);
        if (step.do !== 'send') continue;
        const { content, receiver, client_id } = step;
        const first = this.#sent.get(content);
        if (!first) {
          const step = `${device.name}, step ${number}`;
          this.#sent.set(content, { device, person: device.person, receiver, client_id, step, refused: false });
          if (client_id !== undefined) this.#byClientId.set(`${device.person}/${client_id}`, content);
        } else if (first.person !== device.person || first.receiver !== receiver || first.client_id !== client_id) {
          throw new Error(`a content is for one message: ${content}, ${first.step} and ${device.name}, step ${number}`);
        }
      }
    }
  }

  // An id belongs to one content, whoever sees it and whenever.
  #own(id, content, where) {
    const owner = this.#owner.get(id);
    if (owner === undefined) this.#owner.set(id, content);
    else if (owner !== content)
      this.#flaw('reused', `${where}: id ${id} is "${short(content)}", and was "${short(owner)}"`);
  }

  // Whether `person` may see it, and whether somebody has sent exactly this.
  #known(message, person, where) {
    const { id, sender_id, receiver_id, content } = message;
    const what = `id ${id} "${short(content)}" from ${sender_id} to ${receiver_id}`;
    if (sender_id !== person && receiver_id !== person) this.#flaw('stranger', `${where}: ${what} shown to ${person}`);
    else this.#canaries(content, person, where);
    const sent = this.#sent.get(content);
    if (!sent) this.#flaw('phantom', `${where}: ${what} was sent by nobody`);
    else if (
      sent.person !== sender_id ||
      sent.receiver !== receiver_id ||
      (sent.client_id ?? null) !== (message.client_id ?? null)
    )
      this.#flaw(
        'phantom',
        `${where}: ${what} was sent otherwise (${sent.step}: ${sent.person} to ${sent.receiver}, client_id ${sent.client_id})`,
      );
    this.#own(id, content, where);
  }

  #canaries(text, person, where) {
    for (const [canary, sender, receiver] of String(text).matchAll(CANARY)) {
      if (Number(sender) !== person && Number(receiver) !== person)
        this.#flaw('stranger', `${where}: ${canary} shown to ${person}`);
    }
  }

  readListings() {
    const { listed } = this.#history;
    for (const [person, messages] of listed) {
      let last = 0;
      for (const message of messages) {
        const where = `listed for ${person}`;
        const { id, content } = message;
        if (id <= last) this.#flaw('reordered', `${where}: id ${id} behind ${last}`);
        last = id;
        this.#known(message, person, where);
        const other = this.#stored.get(id);
        if (other && ['content', 'timestamp', 'read_status'].some((field) => other[field] !== message[field]))
          this.#flaw(
            'phantom',
            `${where}: id ${id} is ${JSON.stringify(message)}, for its other side ${JSON.stringify(other)}`,
          );
        this.#stored.set(id, message);
        const before = this.#idOf.get(content);
        if (before !== undefined && before !== id)
          this.#flaw('duplicate', `${where}: "${short(content)}" is stored twice, as ${before} and ${id}`);
        else this.#idOf.set(content, id);
      }
    }
    const has = new Map([...listed].map(([person, messages]) => [person, new Set(messages.map(({ id }) => id))]));
    for (const [id, { sender_id, receiver_id }] of this.#stored) {
      for (const person of [sender_id, receiver_id]) {
        if (has.has(person) && !has.get(person).has(id))
          this.#flaw('lost', `id ${id} is not listed for ${person}, one of its two sides`);
      }
    }
    this.#marks.read(this.#stored.values());
  }

  follow(device) {
    const view = {
      device,
      last: 0, // the greatest id on this connection, and what it was
      lastContent: undefined,
      after: device.cursor,
      pageEnd: undefined,
      seen: new Set(),
      live: new Set(), // on this connection
      marks: this.#marks.viewOf(device.person),
    };
    this.#seen.set(device, view.seen);
    for (const [number, step] of device.steps.entries()) {
      const where = `${device.name}, step ${number}`;
      const take = this[`_${step.do}`];
      if (take) take.call(this, view, step, where);
    }
    view.marks.compare(device.complete, device.name);
  }

  _connect(view, step) {
    view.after = step.after_id ?? 0;
    view.last = view.after;
    view.lastContent = undefined;
    view.pageEnd = undefined;
    view.live.clear();
  }

  // Ids of receive_message, message_sent and acknowledgements only grow; the two answers to one send bear the same one.
  #grows(view, id, content, isAnswer, where) {
    const same = isAnswer && id === view.last && view.lastContent === content;
    if (id < view.last || (id === view.last && !same))
      this.#flaw(
        id === view.last ? 'duplicate' : 'reordered',
        `${where}: id ${id} after ${view.last} on one connection`,
      );
    view.last = Math.max(view.last, id);
    view.lastContent = content;
  }

  #answered(view, content, data, where) {
    const { id, timestamp } = data;
    const sent = this.#sent.get(content);
    if (!sent || sent.person !== view.device.person)
      return this.#flaw(
        'phantom',
        `${where}: an answer to what ${view.device.person} never sent: ${JSON.stringify(data)}`,
      );
    this.#own(id, content, where);
    if (!data.duplicate) this.#grows(view, id, content, true, where);
    const before = this.#acknowledged.get(content);
    if (!before) this.#acknowledged.set(content, { id, timestamp, where });
    else if (before.id !== id)
      this.#flaw(
        'duplicate',
        `${where}: "${short(content)}" acknowledged as ${id}, at ${before.where} as ${before.id}`,
      );
    else if (before.timestamp !== timestamp)
      this.#flaw('phantom', `${where}: "${short(content)}" acknowledged with another time than at ${before.where}`);
    if (!view.seen.has(id)) view.marks.knows(view.device.person, sent.receiver, id, false);
    view.seen.add(id);
  }

  _ack(view, { content, answer }, where) {
    if (answer?.ok === true) return this.#answered(view, content, answer, where);
    this.#canaries(JSON.stringify(answer), view.device.person, where);
    const sent = this.#sent.get(content);
    if (sent) sent.refused = true;
    if (!this.#refusals.includes(answer?.code))
      this.#flaw('refused', `${where}: "${short(content)}" was refused: ${JSON.stringify(answer)}`);
  }

  _message_sent(view, { data }, where) {
    const sent = this.#byClientId.get(`${view.device.person}/${data.client_id}`) ?? this.#owner.get(data.id);
    if (sent === undefined) return this.#flaw('phantom', `${where}: message_sent of id ${data.id}, which nobody knows`);
    this.#answered(view, sent, data, where);
  }

  _receive_message(view, { data }, where) {
    const { device } = view;
    this.#known(data, device.person, where);
    const { id, content } = data;
    const again = device.pages ? view.live.has(id) : view.seen.has(id) || id <= view.after;
    if (again) this.#flaw('duplicate', `${where}: id ${id} "${short(content)}" delivered again to ${device.name}`);
    else this.#grows(view, id, content, false, where);
    view.live.add(id);
    view.seen.add(id);
    view.marks.shown(data, device.pages ? undefined : where);
  }

  _resumed(view, { data }, where) {
    if (data.reset) this.#flaw('lost', `${where}: told to load anew, though no id was ever taken back`);
    for (const read of data.reads ?? []) this.#told(view, read, where, true);
  }

  _ask(view, { request, after_id }) {
    view.asked = { request, after_id, marks: view.marks.snapshot() };
  }

  _page(view, { request, data }, where) {
    const { asked, device } = view;
    if (!asked || asked.request !== request) return;
    if (data?.ok !== true) {
      if (!this.#refusals.includes(data?.code)) this.#flaw('refused', `${where}: resume: ${JSON.stringify(data)}`);
      return;
    }
    if (data.reset) this.#flaw('lost', `${where}: told to load anew, though no id was ever taken back`);
    let last = asked.after_id;
    for (const message of data.messages ?? []) {
      this.#known(message, device.person, where);
      if (message.id <= last) this.#flaw('reordered', `${where}: id ${message.id} after ${last} in a page`);
      last = message.id;
      view.seen.add(message.id);
      view.marks.shown(message, where, asked.marks);
    }
    for (const read of data.reads ?? []) this.#told(view, read, where, false);
  }

  #told(view, read, where, inOrder) {
    const { person } = view.device;
    if (read.sender_id !== person && read.receiver_id !== person)
      return this.#flaw(
        'stranger',
        `${where}: the read status of ${read.sender_id} to ${read.receiver_id} shown to ${person}`,
      );
    view.marks.told(read, where, inOrder);
  }

  _read_status_update(view, { data }, where) {
    this.#told(view, data, where, true);
  }

  _marked(view, { data }, where) {
    if (data?.ok === true) this.#marks.promised(data.sender_id, data.receiver_id, data.up_to_id, where);
    else if (!this.#refusals.includes(data?.code)) this.#flaw('refused', `${where}: mark: ${JSON.stringify(data)}`);
  }

  _other(view, { event, data }, where) {
    this.#canaries(JSON.stringify(data), view.device.person, where);
    const sent = event === 'error' && this.#sent.get(this.#byClientId.get(`${view.device.person}/${data?.client_id}`));
    if (sent) sent.refused = true;
    if (event === 'error' && !this.#refusals.includes(data?.code))
      this.#flaw('refused', `${where}: error ${JSON.stringify(data)}`);
  }

  _gone(view, { why }, where) {
    // A client does not come back by itself from this one.
    if (why === 'io server disconnect') this.#flaw('refused', `${where}: sent away for good by the server`);
  }

  compareAcknowledged() {
    for (const [content, { id, timestamp, where }] of this.#acknowledged) {
      const message = this.#stored.get(id);
      if (!message || message.content !== content) {
        const elsewhere = this.#idOf.get(content);
        if (elsewhere === undefined)
          this.#flaw('lost', `"${short(content)}" was acknowledged as ${id} (${where}) and is not stored`);
        else
          this.#flaw(
            'duplicate',
            `"${short(content)}" was acknowledged as ${id} (${where}) and is stored as ${elsewhere}`,
          );
      } else if (message.timestamp !== timestamp) {
        this.#flaw(
          'phantom',
          `id ${id} was acknowledged with the time ${timestamp} (${where}) and is stored with ${message.timestamp}`,
        );
      }
    }
  }

  // From one device to one receiver: stored in the order of the first sending, of those never refused.
  compareOrder(device) {
    const last = new Map(); // receiver → {id, content}
    const done = new Set();
    for (const { do: kind, content, receiver } of device.steps) {
      if (kind !== 'send' || done.has(content)) continue;
      done.add(content);
      const id = this.#idOf.get(content);
      const sent = this.#sent.get(content);
      if (id === undefined || sent.refused || sent.device !== device) continue;
      const before = last.get(receiver);
      if (before && id < before.id)
        this.#flaw(
          'reordered',
          `${device.name} sent "${short(before.content)}" before "${short(content)}": stored as ${before.id} and ${id}`,
          { device: device.name, contents: [before.content, content] },
        );
      else last.set(receiver, { id, content });
    }
  }

  compareEnd(device) {
    const seen = this.#seen.get(device);
    for (const id of seen) {
      if (!this.#stored.has(id))
        this.#flaw('lost', `${device.name} saw id ${id} "${short(this.#owner.get(id) ?? '')}", which is not stored`);
    }
    if (!device.complete) return;
    for (const [id, { sender_id, receiver_id, content }] of this.#stored) {
      if (id <= device.cursor || (sender_id !== device.person && receiver_id !== device.person) || seen.has(id))
        continue;
      this.#flaw(
        'lost',
        `id ${id} "${short(content)}" was never delivered to ${device.name}, which has come back to the end`,
      );
    }
  }
}

function short(content) {
  return content.length <= 60 ? content : `${content.slice(0, 57)}…`;
}
