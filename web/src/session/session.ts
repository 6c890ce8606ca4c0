// Who is signed in, and the requests made in that name. Screens ask here; tokens stay in the vault.
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { ApiError, request, type Answer, type RequestOptions } from '@/api/http';
import { asLogin, asProfile, type Profile, type Role } from '@/api/types';
import { openStorage } from './storage';
import { Vault, type Stored } from './vault';

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}

export const useSession = defineStore('session', () => {
  const vault = new Vault(openStorage());
  const stored = shallowRef<Stored | null>(vault.current);
  const profile = shallowRef<Profile | null>(null);
  /** True after a login ended without anybody asking for it: the sign-in page then says so. */
  const ended = shallowRef(false);
  let leaving = false;

  vault.subscribe((now) => {
    const before = stored.value;
    stored.value = now;
    if (now === null && before !== null) {
      profile.value = null;
      ended.value = !leaving;
    }
  });

  const user = computed(() => stored.value?.user ?? null);

  async function signIn(email: string, password: string): Promise<void> {
    const answer = await request('/auth/login', { method: 'POST', body: { email, password } });
    const login = asLogin(answer.body);
    const me = asProfile((await request('/chat/info', { token: login.accessToken })).body);
    ended.value = false;
    profile.value = me;
    vault.open(login, { id: me.id, name: me.name, role: me.role });
  }

  async function register(form: Registration): Promise<void> {
    await request('/auth/register', { method: 'POST', body: form });
    await signIn(form.email, form.password);
  }

  function signOut(): void {
    leaving = true;
    vault.close();
    leaving = false;
  }

  /** A request as the signed-in user; an access token that ended is renewed once on the way. */
  async function authorised(path: string, options: Omit<RequestOptions, 'token'> = {}): Promise<Answer> {
    const token = await vault.token();
    try {
      return await request(path, { ...options, token });
    } catch (error) {
      if (!(error instanceof ApiError) || !error.tokenRefused) throw error;
      return request(path, { ...options, token: await vault.renew(token) });
    }
  }

  async function loadProfile(): Promise<void> {
    profile.value ??= asProfile((await authorised('/chat/info')).body);
  }

  return {
    user,
    profile,
    ended,
    signIn,
    register,
    signOut,
    authorised,
    loadProfile,
    token: () => vault.token(),
    renew: (stale: string) => vault.renew(stale),
  };
});
