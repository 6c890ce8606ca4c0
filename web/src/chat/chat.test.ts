import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useSession } from '@/session/session';
import { useChat } from './chat';
import { dwellMs } from './read_reporter';
import { FakeSocket } from './testing/fake_socket';

const sockets: FakeSocket[] = [];
vi.mock('socket.io-client', () => ({
  io: (options: never) => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket.make(options);
  },
}));

const me = 7;
const partner = 3;
type Wire = Record<string, unknown>;
const message = (id: number, from: number, to: number, more: Wire = {}): Wire => ({
  id,
  sender_id: from,
  receiver_id: to,
  content: `m${id}`,
  timestamp: '2024-11-27T12:00:00',
  read_status: false,
  ...more,
});

const listed = (last: Wire, unread: number, id = partner): Wire => ({
  partner: { id, name: 'Maya', role: 'admin', online: true, last_seen: null },
  last_message: last,
  unread,
});
const list = '/chat/conversations?limit=100';
const older = (before: number): string => `/chat/messages/${partner}?limit=100&before=${before}`;

let routes: Record<string, { body: unknown; more?: boolean }>;
let asked: string[];

function socket(): FakeSocket {
  const last = sockets.at(-1);
  if (last === undefined) throw new Error('no connection was opened');
  return last;
}
function contents(): string[] {
  return useChat().views.get(partner)?.entries.map((entry) => `${entry.content} ${entry.state}`) ?? [];
}
async function started(): Promise<ReturnType<typeof useChat>> {
  const chat = useChat();
  await chat.start();
  return chat;
}
async function opened(): Promise<ReturnType<typeof useChat>> {
  const chat = await started();
  await chat.loadOlder(partner);
  return chat;
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = 0;
  asked = [];
  routes = {
    '/chat/admins': { body: [{ id: partner, name: 'Maya', role: 'admin' }, { id: me, name: 'Me', role: 'admin' }] },
    [list]: { body: [listed(message(2, me, partner), 1)] },
    [older(2)]: { body: [message(1, partner, me)] },
  };
  vi.spyOn(globalThis, 'fetch').mockImplementation((path) => {
    const url = typeof path === 'string' ? path : '';
    asked.push(url);
    const found = routes[url];
    if (found === undefined) return Promise.resolve(new Response('{"code":"internal"}', { status: 500 }));
    const headers = found.more === true ? { Link: '<x>; rel="next"' } : undefined;
    return Promise.resolve(new Response(JSON.stringify(found.body), headers === undefined ? {} : { headers }));
  });
  localStorage.setItem(
    'parley.session',
    JSON.stringify({ access: 'a', refresh: 'r', expiresAt: Date.now() + 3_600_000, user: { id: me, name: 'Me', role: 'user' } }),
  );
  setActivePinia(createPinia());
});

describe('useChat', () => {
  it('loads, then connects from the newest id on', async () => {
    const chat = await started();
    expect(chat.phase).toBe('ready');
    expect(chat.unreadTotal).toBe(1);
    await expect(socket().credentials()).resolves.toEqual({ token: 'a', after_id: 2 });
  });

  it('does not list oneself', async () => {
    await started();
    const { usePeople } = await import('./people');
    expect([...usePeople().byId.keys()]).toEqual([partner]);
  });

  it('lists everybody, over several pages', async () => {
    routes['/chat/admins'] = { body: [{ id: 20, name: 'Tom', role: 'admin' }, { id: 30, name: 'Uma', role: 'admin' }], more: true };
    routes['/chat/admins?before=20'] = { body: [{ id: partner, name: 'Maya', role: 'admin' }] };
    await started();
    const { usePeople } = await import('./people');
    expect([...usePeople().byId.keys()].sort((a, b) => a - b)).toEqual([partner, 20, 30]);
  });

  it('can be started again after the first try failed', async () => {
    const good = routes;
    routes = { '/chat/admins': { body: [] } };
    const chat = await started();
    expect(chat.phase).toBe('failed');
    routes = good;
    await chat.start();
    expect(chat.phase).toBe('ready');
  });

  it('shows a message at once and keeps one copy when it is stored', async () => {
    const chat = await opened();
    socket().accept();
    chat.send(partner, 'hello\n');
    expect(contents().at(-1)).toBe('hello queued');
    await vi.advanceTimersByTimeAsync(0);
    expect(contents().at(-1)).toBe('hello sending');
    const [sent] = socket().sent('smessage');
    sent?.answer({ ok: true, id: 9, timestamp: '2024-11-27T12:00:01', duplicate: false });
    socket().serve('receive_message', message(9, me, partner, { client_id: sent?.body['client_id'], content: 'hello' }));
    expect(contents()).toEqual(['m1 sent', 'm2 sent', 'hello sent']);
  });

  it('moves the cursor with what comes in and what is stored, but not with a repeat', async () => {
    const chat = await started();
    socket().accept();
    socket().serve('receive_message', message(20, partner, me));
    chat.send(partner, 'again');
    socket().sent('smessage')[0]?.answer({ ok: true, id: 99, timestamp: '2024-11-27T12:00:01', duplicate: true });
    await expect(socket().credentials()).resolves.toMatchObject({ after_id: 20 });
  });

  it('queues while the connection is away and sends after the resume', async () => {
    const chat = await started();
    socket().accept();
    socket().drop('transport close');
    chat.send(partner, 'later');
    expect(contents().at(-1)).toBe('later queued');
    expect(socket().sent('smessage')).toHaveLength(0);
    socket().accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(socket().sent('smessage')).toHaveLength(1);
  });

  it('takes read marks of both directions, and those missed while away', async () => {
    const chat = await opened();
    socket().accept({ up_to_id: 2, reads: [{ sender_id: me, receiver_id: partner, up_to_id: 2 }] });
    expect(contents()).toEqual(['m1 sent', 'm2 read']);
    socket().serve('read_status_update', { sender_id: partner, receiver_id: me, up_to_id: 1 });
    expect(chat.unreadTotal).toBe(0);
  });

  it('reports what the person saw and clears the count once that is stored', async () => {
    const chat = await opened();
    socket().accept();
    chat.setAttentive(true);
    chat.inView(partner, 1);
    await vi.advanceTimersByTimeAsync(dwellMs);
    const [report] = socket().sent('mark_message_read');
    expect(report?.body).toEqual({ sender_id: partner, up_to_id: 1 });
    expect(chat.unreadTotal).toBe(1);
    report?.answer({ ok: true });
    expect(chat.unreadTotal).toBe(0);
  });

  it('loads everything anew when the server does not know the cursor', async () => {
    await opened();
    routes[list] = { body: [listed(message(1, partner, me, { content: 'restored' }), 1)] };
    socket().accept({ up_to_id: 0, reads: [], reset: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(contents()).toEqual(['restored sent']);
    await expect(socket().credentials()).resolves.toMatchObject({ after_id: 1 });
  });

  it('pages backwards from the oldest message it knows, and stops at the beginning', async () => {
    routes[list] = { body: [listed(message(50, partner, me), 1)] };
    routes[older(50)] = { body: [message(10, partner, me)] };
    const chat = await started();
    expect(chat.opened.has(partner)).toBe(false);
    await Promise.all([chat.loadOlder(partner), chat.loadOlder(partner)]);
    expect(contents()).toEqual(['m10 sent', 'm50 sent']);
    expect(asked.filter((url) => url === older(50))).toHaveLength(1);
    expect(chat.opened.has(partner)).toBe(true);
    const before = asked.length;
    await chat.loadOlder(partner);
    expect(asked).toHaveLength(before);
  });

  it('opens a conversation with a page that reaches back to where one stopped reading, and goes on with short ones', async () => {
    routes[list] = { body: [listed(message(500, partner, me), 120)] };
    const first = `/chat/messages/${partner}?limit=170&before=500`;
    routes[first] = { body: [message(400, partner, me)], more: true };
    const chat = await started();
    await chat.loadOlder(partner);
    void chat.loadOlder(partner).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.slice(-2)).toEqual([first, `/chat/messages/${partner}?limit=50&before=400`]);
  });

  it('lists the further pages behind the first one, and goes on after one that failed', async () => {
    routes[list] = { body: [listed(message(50, partner, me), 1)], more: true };
    const chat = await started();
    await vi.advanceTimersByTimeAsync(0);
    expect(chat.phase).toBe('ready');
    socket().accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(chat.listed).toBe(false);
    routes['/chat/conversations?limit=1000&before=50'] = { body: [listed(message(7, 99, me), 3, 99)] };
    await vi.advanceTimersByTimeAsync(3_000);
    expect(chat.listed).toBe(true);
    expect(chat.summaries.get(99)).toMatchObject({ unread: 3 });
    expect(chat.unreadTotal).toBe(4);
  });

  it('asks how many are unread when another device read some of what is not here', async () => {
    routes[list] = { body: [listed(message(50, partner, me), 5)] };
    const chat = await started();
    socket().accept();
    routes['/chat/conversations?limit=1&before=51'] = { body: [listed(message(50, partner, me), 2)] };
    socket().serve('read_status_update', { sender_id: partner, receiver_id: me, up_to_id: 30 });
    await vi.advanceTimersByTimeAsync(0);
    expect(chat.unreadTotal).toBe(2);
    socket().serve('read_status_update', { sender_id: partner, receiver_id: me, up_to_id: 50 });
    expect(chat.unreadTotal).toBe(0);
  });

  it('tells of what comes in unread, once, and not of what was read elsewhere', async () => {
    const chat = await started();
    const told: number[] = [];
    chat.onArrival((arrival) => told.push(arrival.id));
    socket().accept();
    socket().serve('receive_message', message(20, partner, me));
    socket().serve('receive_message', message(20, partner, me));
    socket().serve('receive_message', message(21, partner, me, { read_status: true }));
    socket().serve('receive_message', message(22, me, partner));
    expect(told).toEqual([20]);
  });

  it('follows who is there, and looks for those it does not know', async () => {
    await started();
    const { usePeople } = await import('./people');
    socket().accept();
    socket().serve('presence', { user_id: partner, online: false, last_seen: '2024-11-27T12:00:00' });
    expect(usePeople().presence.get(partner)).toEqual({ online: false, lastSeenAt: Date.UTC(2024, 10, 27, 12) });
    routes['/chat/admins'] = { body: [{ id: 5, name: 'New', role: 'admin', online: true, last_seen: null }] };
    socket().serve('presence', { user_id: 5, online: true, last_seen: null });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(usePeople().find(5)?.name).toBe('New');
  });

  it('shows an empty conversation as complete when everything was loaded', async () => {
    const chat = await started();
    await chat.loadOlder(99);
    expect(chat.views.get(99)).toMatchObject({ entries: [], complete: true });
  });

  it('forgets everything with the log-out', async () => {
    const chat = await started();
    useSession().signOut();
    expect(chat.phase).toBe('idle');
    expect(chat.views.size).toBe(0);
  });
});
