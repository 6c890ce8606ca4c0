// The read marks of a history, for the checker: what was asked for, what was promised, and what each device knew. What
// `receiver` has read of what `sender` wrote, up to an id, only grows, and outlives everything.
const keyOf = (sender, receiver) => `${sender}>${receiver}`;

export class ReadMarks {
  #flaw;
  #asked = new Map(); // pair → the greatest id that a mark was asked for; Infinity: all that there is
  #stored = new Map(); // id → {key, read}
  #byPair = new Map(); // pair → stored messages

  constructor(flaw) {
    this.#flaw = flaw;
  }

  asked(sender, receiver, up_to) {
    const key = keyOf(sender, receiver);
    this.#asked.set(key, Math.max(this.#asked.get(key) ?? 0, up_to ?? Infinity));
  }

  // The log at the end.
  read(messages) {
    for (const { id, sender_id, receiver_id, read_status } of messages) {
      const key = keyOf(sender_id, receiver_id);
      this.#stored.set(id, { key, read: read_status });
      if (!this.#byPair.has(key)) this.#byPair.set(key, []);
      this.#byPair.get(key).push({ id, read: read_status });
      if (read_status && id > (this.#asked.get(key) ?? 0))
        this.#flaw(`id ${id} from ${sender_id} is read, and ${receiver_id} never asked for that`);
    }
    for (const list of this.#byPair.values()) list.sort((a, b) => a.id - b.id);
  }

  // Somebody was told that all up to this id is read: it must be so at the end.
  promised(sender, receiver, up_to, where) {
    for (const { id, read } of this.#byPair.get(keyOf(sender, receiver)) ?? []) {
      if (id > up_to) break;
      if (!read)
        return this.#flaw(`${where}: ${sender} to ${receiver} read up to ${up_to}, but id ${id} is unread at the end`);
    }
  }

  isRead(id) {
    return this.#stored.get(id)?.read;
  }

  report(text) {
    this.#flaw(text);
  }

  viewOf(person) {
    return new View(this, person);
  }
}

// What one device of `person` knows.
class View {
  #marks;
  #unread = new Map(); // pair → Set of ids last known as unread
  #read = new Set();
  #told = new Map(); // pair → the greatest id told in the order of the log
  #heard = new Map(); // pair → the greatest id told at all

  constructor(marks, person) {
    this.#marks = marks;
    this.person = person;
  }

  snapshot() {
    return new Map(this.#told);
  }

  knows(sender, receiver, id, read) {
    const key = keyOf(sender, receiver);
    if (!this.#unread.has(key)) this.#unread.set(key, new Set());
    if (read || id <= (this.#heard.get(key) ?? 0)) {
      this.#unread.get(key).delete(id);
      this.#read.add(id);
    } else if (!this.#read.has(id)) {
      this.#unread.get(key).add(id);
    }
  }

  // A message arrived. `where`: it was read from the log after `told` (all so far, by default) had been told, or it came live.
  shown({ id, sender_id, receiver_id, read_status }, where, told = this.#told) {
    const up_to = told.get(keyOf(sender_id, receiver_id)) ?? 0;
    if (where && !read_status && id <= up_to)
      this.#marks.report(`${where}: id ${id} is unread, and was read (up to ${up_to}) before`);
    this.knows(sender_id, receiver_id, id, read_status);
  }

  // `inOrder`: told in the order of the log, so that it may not be less than before.
  told({ sender_id, receiver_id, up_to_id }, where, inOrder) {
    const key = keyOf(sender_id, receiver_id);
    const before = this.#told.get(key) ?? 0;
    if (inOrder && up_to_id < before)
      this.#marks.report(`${where}: ${sender_id} to ${receiver_id} read up to ${up_to_id}, and up to ${before} before`);
    if (inOrder) this.#told.set(key, Math.max(before, up_to_id));
    if (up_to_id > (this.#heard.get(key) ?? 0)) {
      this.#heard.set(key, up_to_id);
      this.#marks.promised(sender_id, receiver_id, up_to_id, where);
    }
    const unread = this.#unread.get(key);
    for (const id of unread ?? []) {
      if (id > up_to_id) continue;
      unread.delete(id);
      this.#read.add(id);
    }
  }

  // What it knows must be what the log says, if it came back to the end.
  compare(complete, name) {
    for (const id of this.#read) {
      if (this.#marks.isRead(id) === false)
        this.#marks.report(`${name} knows id ${id} as read, and it is unread at the end`);
    }
    if (!complete) return;
    for (const [key, ids] of this.#unread) {
      const missed = [...ids].filter((id) => this.#marks.isRead(id));
      if (missed.length)
        this.#marks.report(
          `${name} was never told that ${missed.length} messages of ${key} are read (the first: ${missed[0]})`,
        );
    }
  }
}
