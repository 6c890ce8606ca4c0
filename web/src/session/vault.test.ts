import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionEnded, Vault } from './vault';

const user = { id: 7, name: 'Ada', role: 'user' } as const;
const login = (n: number, expiresIn = 3600) => ({ accessToken: `access${n}`, refreshToken: `refresh${n}`, expiresIn });
const wire = (n: number) => ({ access_token: `access${n}`, refresh_token: `refresh${n}`, expires_in: 3600 });

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

beforeEach(() => {
  localStorage.clear();
});

describe('Vault', () => {
  it('gives the token it has while that lives', async () => {
    const vault = new Vault(localStorage);
    vault.open(login(1), user);
    await expect(vault.token()).resolves.toBe('access1');
  });

  it('survives a reload', async () => {
    new Vault(localStorage).open(login(1), user);
    const reloaded = new Vault(localStorage);
    expect(reloaded.current?.user).toEqual(user);
    await expect(reloaded.token()).resolves.toBe('access1');
  });

  it('39: renews ahead of the end, once for all who ask', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(answer(200, wire(2))));
    const vault = new Vault(localStorage);
    vault.open(login(1, 10), user);
    await expect(Promise.all([vault.token(), vault.token()])).resolves.toEqual(['access2', 'access2']);
    expect(fetched).toHaveBeenCalledTimes(1);
    const headers = fetched.mock.calls[0]?.[1]?.headers;
    expect(headers instanceof Headers && headers.get('Authorization')).toBe('Bearer refresh1');
  });

  it('takes what another tab renewed instead of using a refresh token twice', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const vault = new Vault(localStorage);
    vault.open(login(1), user);
    new Vault(localStorage).open(login(2), user);
    await expect(vault.renew('access1')).resolves.toBe('access2');
    expect(fetched).not.toHaveBeenCalled();
  });

  it('39: ends the login when the refresh token is refused, and remembers whose it was', async () => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(answer(401, { msg: 'x', code: 'token_expired' }));
    const vault = new Vault(localStorage);
    vault.open(login(1), user);
    const told = vi.fn();
    vault.subscribe(told);
    await expect(vault.renew('access1')).rejects.toBeInstanceOf(SessionEnded);
    expect(told).toHaveBeenLastCalledWith({ user, tokens: null });
    await expect(vault.token()).rejects.toBeInstanceOf(SessionEnded);
    expect(new Vault(localStorage).current).toEqual({ user, tokens: null });
    expect(JSON.stringify(localStorage)).not.toMatch(/access1|refresh1/);
  });

  it.each([
    ['granted', answer(200, wire(2))],
    ['refused', answer(401, { msg: 'x', code: 'token_revoked' })],
  ])('40: stays logged out when a renewal that was under way is %s', async (_, late) => {
    let give: (response: Response) => void = () => undefined;
    vi.spyOn(globalThis, 'fetch').mockReturnValue(
      new Promise((resolve) => {
        give = resolve;
      }),
    );
    const vault = new Vault(localStorage);
    vault.open(login(1), user);
    const renewal = vault.renew('access1');
    vault.close();
    give(late);
    await expect(renewal).rejects.toBeInstanceOf(SessionEnded);
    expect(vault.current).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it('keeps the login when the server cannot be reached', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('network'));
    const vault = new Vault(localStorage);
    vault.open(login(1), user);
    await expect(vault.renew('access1')).rejects.toMatchObject({ status: 0 });
    expect(vault.current).not.toBeNull();
  });

  it('40: follows a log-out in another tab', () => {
    const vault = new Vault(localStorage);
    vault.open(login(1), user);
    localStorage.clear();
    window.dispatchEvent(new StorageEvent('storage', { key: null }));
    expect(vault.current).toBeNull();
  });

  it('takes a damaged store for none', () => {
    localStorage.setItem('parley.session', '{"access":1}');
    expect(new Vault(localStorage).current).toBeNull();
  });
});
