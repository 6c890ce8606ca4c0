// Who is signed in, and the requests made in that name. Screens ask here; tokens stay in the vault.
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { ApiError, request, type Answer, type RequestOptions } from '@/api/http';
import { asLogin, asProfile, type Profile, type Role } from '@/api/types';
import { openStorage } from './storage';
import { refreshed, Vault, type Stored, type Tokens } from './vault';

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  /** For an admin, where the sign-up is by invitation. */
  readonly invite?: string;
}

export const useSession = defineStore('session', () => {
  const vault = new Vault(openStorage());
  const stored = shallowRef<Stored | null>(vault.current);
  const profile = shallowRef<Profile | null>(null);

  vault.subscribe((now) => {
    if (now?.user.id !== stored.value?.user.id) profile.value = null;
    stored.value = now;
  });

  /** Who is signed in here; also while `ended`. */
  const user = computed(() => stored.value?.user ?? null);
  /** True after the login ended without anybody asking for it: the person is asked to sign in over the page. */
  const ended = computed(() => stored.value !== null && stored.value.tokens === null);

  async function signIn(email: string, password: string): Promise<void> {
    const answer = await request('/auth/login', { method: 'POST', body: { email, password } });
    const login = asLogin(answer.body);
    const me = asProfile((await request('/chat/info', { token: login.accessToken })).body);
    vault.open(login, { id: me.id, name: me.name, role: me.role });
    profile.value = me;
  }

  async function register(form: Registration): Promise<void> {
    await request('/auth/register', { method: 'POST', body: form });
    await signIn(form.email, form.password);
  }

  /** At once here and in the other tabs; the server is told as soon as it can be. */
  function signOut(): void {
    const tokens = stored.value?.tokens ?? null;
    vault.close();
    if (tokens !== null) void revoke(tokens).catch(() => undefined);
  }

  /** Ends the logins of all devices, this one too. Errors as authorised(): then nothing has ended. */
  async function signOutEverywhere(): Promise<void> {
    await authorised('/auth/logout_all', { method: 'POST' });
    vault.close();
  }

  async function changePassword(current: string, wanted: string): Promise<void> {
    await authorised('/auth/password', { method: 'PUT', body: { current_password: current, new_password: wanted } });
  }

  async function resetPassword(code: string, wanted: string): Promise<void> {
    await request('/auth/reset', { method: 'POST', body: { code, new_password: wanted } });
  }

  /** A request as the signed-in user; an access token that ended is renewed once on the way. */
  async function authorised(path: string, options: Omit<RequestOptions, 'token'> = {}): Promise<Answer> {
    const token = await vault.token();
    try {
      return await request(path, { ...options, token });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Perhaps in another role by now.
      if (error.code === 'forbidden') void loadProfile().catch(() => undefined);
      if (!error.tokenRefused) throw error;
      return request(path, { ...options, token: await vault.renew(token) });
    }
  }

  /** Name and role may have changed since the sign-in. */
  async function loadProfile(): Promise<void> {
    const me = asProfile((await authorised('/chat/info')).body);
    if (me.id !== user.value?.id) return;
    profile.value = me;
    if (me.name !== user.value.name || me.role !== user.value.role) vault.describe({ id: me.id, name: me.name, role: me.role });
  }

  return {
    user,
    profile,
    ended,
    signIn,
    register,
    signOut,
    signOutEverywhere,
    changePassword,
    resetPassword,
    authorised,
    loadProfile,
    token: () => vault.token(),
    renew: (stale: string) => vault.renew(stale),
  };
});

// A login whose access token has run out can still be renewed, so it has to be ended all the same.
async function revoke(tokens: Tokens): Promise<void> {
  const leave = (token: string) => request('/auth/logout', { method: 'POST', token, keepalive: true });
  try {
    await leave(tokens.access);
  } catch (error) {
    if (!(error instanceof ApiError) || !error.tokenRefused) throw error;
    const login = await refreshed(tokens.refresh);
    if (login !== null) await leave(login.accessToken);
  }
}
