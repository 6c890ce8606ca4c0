// Many people at once: put into the database while the server is down, since registering hashes twice a person, and
// connected by the WebSocket of Node alone.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { nowSeconds, sign } from './tokens.mjs';

const PATIENCE_MS = 30_000; // only a broken server reaches it

// Starts the server anew with `count` users more: [{id, token}].
export async function addCrowd(server, count) {
  await server.terminate();
  const people = [];
  const database = new DatabaseSync(path.join(server.data, 'parley.db'));
  const user = database.prepare("INSERT INTO user (name, email, password, role) VALUES (?, ?, 'none', 'user')");
  const login = database.prepare(
    'INSERT INTO login (id, user_id, refresh_token_id, begun_unix_us, expires_unix_us) VALUES (?, ?, ?, ?, ?)',
  );
  const now = nowSeconds();
  database.exec('BEGIN');
  for (let i = 0; i < count; ++i) {
    const id = Number(user.run(`Crowd ${i}`, `crowd${i}@example.com`).lastInsertRowid);
    const sid = randomUUID();
    login.run(sid, id, randomUUID(), BigInt(now) * 1_000_000n, BigInt(now + 86_400) * 1_000_000n);
    const claims = { sub: String(id), role: 'user', type: 'access', iat: now, nbf: now, exp: now + 3_600 };
    people.push({ id, token: sign({ ...claims, jti: randomUUID(), sid }, server.key) });
  }
  database.exec('COMMIT');
  database.close();
  await server.launch();
  return people;
}

// All of `people`, connected: [WebSocket]. They answer pings and keep how many events of each name they got.
export function connectCrowd(server, people) {
  return Promise.all(people.map((person) => connectBare(server, person)));
}

function connectBare(server, person) {
  const socket = new WebSocket(`ws://${server.host}/socket.io/?EIO=4&transport=websocket`);
  socket.counts = {};
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('not connected')), PATIENCE_MS);
    socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
    socket.onmessage = ({ data }) => {
      if (data[0] === '0') socket.send(`40${JSON.stringify({ token: person.token })}`);
      else if (data === '2') socket.send('3');
      else if (data.startsWith('42')) {
        const [event] = JSON.parse(data.slice(2));
        socket.counts[event] = (socket.counts[event] ?? 0) + 1;
        if (event !== 'connection') return;
        clearTimeout(timer);
        resolve(socket);
      }
    };
  });
}

export async function until(holds) {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
