// Thousands of people who wrote to one admin, put straight into the database of a server that is down: registering them
// one by one would take the server minutes of hashing.
import { DatabaseSync } from 'node:sqlite';
import type { Account } from './people.ts';

export interface Crowd {
  /** Everybody's password is that of `like`. */
  readonly like: Account;
  readonly to: Account;
  readonly count: number;
}

/** Name of the n-th of them; the last one wrote last. */
export function crowdName(n: number): string {
  return `Customer ${String(n).padStart(5, '0')}`;
}

export function addCrowd(file: string, { like, to, count }: Crowd): void {
  const database = new DatabaseSync(file);
  database.exec('BEGIN');
  const user = database.prepare('INSERT INTO user (name, email, password, role) SELECT ?, ?, password, ? FROM user WHERE id = ?');
  const message = database.prepare("INSERT INTO chat (sender_id, receiver_id, content, timestamp, read_status) VALUES (?, ?, ?, '2026-01-02 03:04:05', 0)");
  const pair = database.prepare('INSERT INTO conversation (user_id, partner_id) VALUES (?, ?)');
  let last: number | bigint = 0;
  for (let n = 0; n < count; n += 1) {
    const { lastInsertRowid: id } = user.run(crowdName(n), `customer.${n}@example.com`, 'user', like.id);
    last = message.run(id, to.id, `Question ${n}`).lastInsertRowid;
    pair.run(id, to.id);
    pair.run(to.id, id);
  }
  database.prepare('UPDATE log_position SET last_message_id = ?').run(last);
  database.exec('COMMIT');
  database.close();
}
