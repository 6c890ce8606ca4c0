import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionEnded } from '@/session/vault';
import { Link, type LinkPorts } from './link';
import { FakeSocket } from './testing/fake_socket';

function setUp(changes: Partial<LinkPorts> = {}) {
  const socket = new FakeSocket();
  const ports: LinkPorts = {
    token: () => Promise.resolve('t1'),
    renew: vi.fn(() => Promise.resolve('t2')),
    cursor: () => 41,
    resumed: vi.fn(),
    lost: vi.fn(),
    message: vi.fn(),
    read: vi.fn(),
    typing: vi.fn(),
    presence: vi.fn(),
    cursorRefused: vi.fn(),
    failed: vi.fn(),
    ...changes,
  };
  const link = new Link(ports, socket.make);
  link.open();
  return { socket, ports, link };
}

beforeEach(() => {
  vi.useFakeTimers();
});

describe('Link', () => {
  it('connects with the token and the cursor of the moment', async () => {
    const { socket } = setUp();
    await expect(socket.credentials()).resolves.toEqual({ token: 't1', after_id: 41 });
  });

  it('renews a token that was refused and tries again at once', async () => {
    const { socket, ports } = setUp();
    await socket.credentials();
    socket.refuse('token_expired');
    await vi.advanceTimersByTimeAsync(0);
    expect(ports.renew).toHaveBeenCalledWith('t1');
    expect(socket.connects).toBe(2);
  });

  it('39: gives the connection a new token before the old one ends', async () => {
    const { socket, ports } = setUp();
    await socket.credentials();
    socket.accept();
    socket.serve('session_expired', {});
    await vi.advanceTimersByTimeAsync(0);
    expect(ports.renew).toHaveBeenLastCalledWith('t1');
    expect(socket.sent('authenticate').map((it) => it.body)).toEqual([{ token: 't2' }]);
    socket.sent('authenticate')[0]?.answer({ ok: true });
    // A server whose tokens are short warns at once again: no reason to renew without a pause.
    socket.serve('session_expired', {});
    await vi.advanceTimersByTimeAsync(14_000);
    expect(ports.renew).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ports.renew).toHaveBeenLastCalledWith('t2');
    expect(socket.connects).toBe(1);
  });

  it('39: leaves the connection alone when there is no new token', async () => {
    const { socket } = setUp({ renew: () => Promise.reject(new SessionEnded()) });
    await socket.credentials();
    socket.accept();
    socket.serve('session_expired', {});
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.emitted).toEqual([]);
    expect(socket.connected).toBe(true);
  });

  it('comes back after the server ended the connection on purpose, slower each time', async () => {
    const { socket } = setUp();
    socket.drop('io server disconnect');
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.connects).toBe(2);
    socket.drop('io server disconnect');
    await vi.advanceTimersByTimeAsync(999);
    expect(socket.connects).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.connects).toBe(3);
  });

  it('leaves other breaks to the client library', async () => {
    const { socket, ports } = setUp();
    socket.drop('transport close');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.connects).toBe(1);
    expect(ports.lost).toHaveBeenCalledTimes(1);
  });

  it('tries at once when woken, but once for all that wakes it', () => {
    const { socket, link } = setUp();
    socket.drop('transport close');
    vi.advanceTimersByTime(2_000);
    link.wake();
    link.wake();
    expect(socket.connects).toBe(2);
    vi.advanceTimersByTime(1_000);
    link.wake();
    expect(socket.connects).toBe(3);
    socket.accept();
    vi.advanceTimersByTime(1_000);
    link.wake();
    expect(socket.connects).toBe(3);
  });

  it('37: does not trust a connection that outlives the network', () => {
    const { socket, ports, link } = setUp();
    link.doubt();
    expect(socket.connects).toBe(1);
    socket.accept();
    link.doubt();
    expect(ports.lost).toHaveBeenCalled();
    expect(socket.connects).toBe(2);
  });

  it('stays away when the login is over', async () => {
    const { socket } = setUp({ renew: () => Promise.reject(new SessionEnded()) });
    socket.refuse('token_revoked');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.connects).toBe(1);
  });

  it('asks for everything anew when the server does not take the cursor', () => {
    const { socket, ports } = setUp();
    socket.refuse('invalid_payload');
    expect(ports.cursorRefused).toHaveBeenCalledTimes(1);
  });

  it('drops an event of an unknown shape and lives on', () => {
    const { socket, ports } = setUp();
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    socket.serve('receive_message', { id: 'x' });
    expect(ports.message).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledTimes(1);
    socket.serve('read_status_update', { sender_id: 1, receiver_id: 2, up_to_id: 3 });
    expect(ports.read).toHaveBeenCalledWith({ senderId: 1, receiverId: 2, upTo: 3 });
  });

  it('sends with the client id and hands on the answer', () => {
    const { socket, link } = setUp();
    socket.accept();
    const answer = vi.fn();
    link.send({ clientId: 'c', receiverId: 3, content: 'hi' }, answer);
    const [sent] = socket.sent('smessage');
    expect(sent?.body).toEqual({ receiver_id: 3, content: 'hi', client_id: 'c' });
    sent?.answer({ ok: false, error: 'No.', code: 'receiver_not_found' });
    expect(answer).toHaveBeenCalledWith({ ok: false, failure: { code: 'receiver_not_found', retryAfterMs: null } });
  });
});
