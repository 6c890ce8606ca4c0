// Somebody who writes as fast as they can, and remembers what was sent and what was acknowledged.
import { Chat } from './chat.mjs';

// One sender to one receiver, over a socket of its own: what was sent, in order, and what was acknowledged.
export class Stream {
  #stopped = false;

  constructor(name, sender, receiver, via) {
    Object.assign(this, { name, sender, receiver, via, sent: [], acknowledged: new Map() });
  }

  async connect(server) {
    this.chat = await Chat.connect(server, this.sender, { via: this.via });
    this.gone = new Promise((resolve) => this.chat.socket.once('disconnect', resolve));
  }

  // Sends as quickly as it can, `window` unacknowledged at most, until the connection is gone or stop() was called; then
  // with every answer there.
  async run(window, acknowledged) {
    const pending = new Set();
    while (this.chat.socket.connected && !this.#stopped) {
      const client_id = `${this.name}-${this.sent.length}`;
      const content = `content of ${client_id}`;
      this.sent.push({ client_id, content });
      const answered = new Promise((resolve) => {
        this.chat.socket.emit('smessage', { receiver_id: this.receiver.id, content, client_id }, (answer) => {
          this.acknowledged.set(client_id, answer);
          acknowledged();
          resolve();
        });
      }).then(() => pending.delete(answered));
      pending.add(answered);
      if (pending.size >= window) await Promise.race([...pending, this.gone]);
      else await new Promise(setImmediate);
    }
    if (this.#stopped) await Promise.race([Promise.all(pending), this.gone]);
  }

  stop() {
    this.#stopped = true;
  }
}
