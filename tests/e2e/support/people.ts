// People who use the server without a window: accounts by REST, messages by the ordinary socket.io-client.
import { io, type Socket } from 'socket.io-client';

export type Role = 'admin' | 'user';

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}

let counter = 0;

/** A name, and an address nobody else has. */
export function newcomer(name: string, role: Role): Omit<Account, 'id'> {
  counter += 1;
  const mark = `${Date.now().toString(36)}${counter}`;
  return { name: `${name} ${mark}`, email: `${name.toLowerCase()}.${mark}@example.com`, password: 'a walk in the rain', role };
}

async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

export async function register(server: string, person: Omit<Account, 'id'>): Promise<Account> {
  const { name, email, password, role } = person;
  const answer = await post(`${server}/auth/register`, { name, email, password, role });
  return { ...person, id: Number(answer['id']) };
}

export async function token(server: string, person: Pick<Account, 'email' | 'password'>): Promise<string> {
  const answer = await post(`${server}/auth/login`, { email: person.email, password: person.password });
  return String(answer['access_token']);
}

export async function connect(server: string, person: Account): Promise<Socket> {
  const socket = io(server, { auth: { token: await token(server, person) }, transports: ['websocket'], forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Sends all of them in order, and returns once all are stored. */
export async function writeMany(server: string, from: Account, to: Account, texts: readonly string[]): Promise<void> {
  const socket = await connect(server, from);
  try {
    const batch = 50;
    for (let start = 0; start < texts.length; start += batch) {
      const answers = texts.slice(start, start + batch).map(async (content) => {
        const answer = (await socket.timeout(20_000).emitWithAck('smessage', { receiver_id: to.id, content })) as { ok: boolean };
        if (!answer.ok) throw new Error(JSON.stringify(answer));
      });
      await Promise.all(answers);
    }
  } finally {
    socket.disconnect();
  }
}

/** `reader` has read what `writer` wrote so far. */
export async function readAll(server: string, reader: Account, writer: Account): Promise<void> {
  const socket = await connect(server, reader);
  try {
    const answer = (await socket.timeout(20_000).emitWithAck('mark_message_read', { sender_id: writer.id })) as { ok: boolean };
    if (!answer.ok) throw new Error(JSON.stringify(answer));
  } finally {
    socket.disconnect();
  }
}
