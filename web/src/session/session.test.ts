import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useSession } from './session';
import { Vault } from './vault';

const ada = { id: 7, name: 'Ada', role: 'user' } as const;

function answer(status: number, body: unknown = null): Response {
  return new Response(body === null ? null : JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

/** What the server is asked, as "METHOD path token", and its answers by the same words. */
function serve(answers: Readonly<Record<string, () => Response>>): string[] {
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation((path, options) => {
    const token = new Headers(options?.headers).get('Authorization')?.replace('Bearer ', '') ?? '';
    const what = `${options?.method ?? 'GET'} ${typeof path === 'string' ? path : ''} ${token}`.trim();
    asked.push(what);
    const give = answers[what];
    return give === undefined ? Promise.reject(new Error(`nobody expected ${what}`)) : Promise.resolve(give());
  });
  return asked;
}

function signedIn(): ReturnType<typeof useSession> {
  new Vault(localStorage).open({ accessToken: 'a1', refreshToken: 'r1', expiresIn: 3600 }, ada);
  setActivePinia(createPinia());
  return useSession();
}

beforeEach(() => {
  localStorage.clear();
});

describe('useSession', () => {
  it('40: logs out here at once, and tells the server', async () => {
    const asked = serve({ 'POST /auth/logout a1': () => answer(204) });
    const session = signedIn();
    session.signOut();
    expect(session.user).toBeNull();
    expect(localStorage.length).toBe(0);
    await vi.waitFor(() => expect(asked).toEqual(['POST /auth/logout a1']));
  });

  it('40: ends a login on the server also when its access token has run out', async () => {
    const asked = serve({
      'POST /auth/logout a1': () => answer(401, { msg: 'x', code: 'token_expired' }),
      'POST /auth/refresh r1': () => answer(200, { access_token: 'a2', refresh_token: 'r2', expires_in: 60 }),
      'POST /auth/logout a2': () => answer(204),
    });
    const session = signedIn();
    session.signOut();
    await vi.waitFor(() => expect(asked).toContain('POST /auth/logout a2'));
    expect(session.user).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it('stays signed in when the log-out of all devices failed', async () => {
    serve({ 'POST /auth/logout_all a1': () => answer(503, { msg: 'x', code: 'overloaded' }) });
    const session = signedIn();
    await expect(session.signOutEverywhere()).rejects.toMatchObject({ status: 503 });
    expect(session.user).toEqual(ada);
  });

  it('39: keeps who it was when the login ends, and is whole again after they signed in', async () => {
    serve({
      'GET /chat/messages/3 a1': () => answer(401, { msg: 'x', code: 'token_expired' }),
      'POST /auth/refresh r1': () => answer(401, { msg: 'x', code: 'token_expired' }),
      'POST /auth/login': () => answer(200, { access_token: 'a2', refresh_token: 'r2', name: 'Ada', expires_in: 60 }),
      'GET /chat/info a2': () => answer(200, { ...ada, email: 'ada@example.com' }),
    });
    const session = signedIn();
    await expect(session.authorised('/chat/messages/3')).rejects.toThrow();
    expect([session.user?.id, session.ended]).toEqual([7, true]);
    await session.signIn('ada@example.com', 'a walk in the rain');
    expect([session.user?.id, session.ended]).toEqual([7, false]);
    expect(session.profile?.email).toBe('ada@example.com');
  });

  it('39: learns of another role when something is forbidden', async () => {
    serve({
      'POST /admin/invites a1': () => answer(403, { msg: 'x', code: 'forbidden' }),
      'GET /chat/info a1': () => answer(200, { ...ada, role: 'admin', email: 'ada@example.com' }),
    });
    const session = signedIn();
    await expect(session.authorised('/admin/invites', { method: 'POST' })).rejects.toMatchObject({ status: 403 });
    await vi.waitFor(() => expect(session.user?.role).toBe('admin'));
    expect(new Vault(localStorage).current?.user.role).toBe('admin');
  });
});
