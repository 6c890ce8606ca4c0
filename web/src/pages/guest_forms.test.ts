import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { ApiError } from '@/api/http';
import { useSession } from '@/session/session';
import LoginPage from './LoginPage.vue';
import RegisterPage from './RegisterPage.vue';
import ResetPage from './ResetPage.vue';

async function open(component: object, address: string): Promise<{ page: VueWrapper; router: Router; session: ReturnType<typeof useSession> }> {
  const pinia = createPinia();
  setActivePinia(pinia);
  const empty = { template: '<p />' };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['home', 'login', 'register', 'reset', 'account'].map((name) => ({ path: name === 'home' ? '/' : `/${name}`, name, component: empty })),
  });
  await router.push(address);
  const page = mount(component, { global: { plugins: [pinia, router] }, attachTo: document.body });
  return { page, router, session: useSession() };
}

async function fill(page: VueWrapper, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [autocomplete, value] of Object.entries(values)) await page.get(`input[autocomplete=${autocomplete}]`).setValue(value);
  await page.get('form').trigger('submit');
  await flushPromises();
}

beforeEach(() => {
  localStorage.clear();
  document.body.replaceChildren();
});

describe('LoginPage', () => {
  const login = { username: 'ada@example.com', 'current-password': 'a walk in the rain' };

  it('asks for what is missing, and sends nothing', async () => {
    const { page, session } = await open(LoginPage, '/login');
    const signIn = vi.spyOn(session, 'signIn');
    await fill(page, { username: 'ada', 'current-password': '' });
    expect(page.findAll('[aria-invalid=true]')).toHaveLength(2);
    expect(document.activeElement).toBe(page.get('input[type=email]').element);
    expect(signIn).not.toHaveBeenCalled();
  });

  it('39: leads to where one wanted to go, but to no other site', async () => {
    for (const [next, place] of [
      ['/account', '/account'],
      ['//evil.example', '/'],
      ['https://evil.example/', '/'],
    ] as const) {
      const { page, router, session } = await open(LoginPage, `/login?next=${encodeURIComponent(next)}`);
      vi.spyOn(session, 'signIn').mockResolvedValue();
      await fill(page, login);
      expect(router.currentRoute.value.fullPath).toBe(place);
      page.unmount();
    }
  });

  it.each([
    [new ApiError(401, 'invalid_credentials'), 'E-mail or password is not right.'],
    [new ApiError(0, 'network'), 'The server cannot be reached. Please check your connection.'],
    [new ApiError(429, 'rate_limited', {}, 30), 'Too many tries. Please wait 30 seconds.'],
  ])('44: names what failed: %s', async (error, text) => {
    const { page, session } = await open(LoginPage, '/login');
    vi.spyOn(session, 'signIn').mockRejectedValue(error);
    await fill(page, login);
    expect(page.get('[role=alert]').text()).toBe(text);
  });

  it('shows the way out of a lost password', async () => {
    const { page } = await open(LoginPage, '/login');
    expect(page.get('a[href="/reset"]').text()).toBe('Lost your password?');
  });
});

describe('RegisterPage', () => {
  const person = { name: 'Ada', username: 'ada@example.com', 'new-password': 'a walk in the rain' };

  it('asks an admin for an invitation once the server wants one, and sends it', async () => {
    const { page, session } = await open(RegisterPage, '/register');
    const register = vi.spyOn(session, 'register').mockRejectedValueOnce(new ApiError(403, 'admin_signup_closed')).mockResolvedValueOnce();
    await page.get('input[type=radio][value=admin]').setValue();
    expect(page.find('input[autocomplete=one-time-code]').exists()).toBe(false);
    await fill(page, person);
    expect(page.text()).toContain('Here admins join by invitation.');
    await fill(page, { 'one-time-code': ' a-code ' });
    expect(register).toHaveBeenLastCalledWith({ name: 'Ada', email: 'ada@example.com', password: 'a walk in the rain', role: 'admin', invite: 'a-code' });
  });

  it('takes the invitation from the link, and says when it is worth nothing', async () => {
    const { page, session } = await open(RegisterPage, '/register#invite=used-code');
    vi.spyOn(session, 'register').mockRejectedValue(new ApiError(403, 'admin_signup_closed'));
    expect(page.get<HTMLInputElement>('input[value=admin]').element.checked).toBe(true);
    await fill(page, person);
    expect(page.text()).toContain('This code is not valid');
  });

  it('sends no invitation for a customer', async () => {
    const { page, session } = await open(RegisterPage, '/register#invite=a-code');
    const register = vi.spyOn(session, 'register').mockResolvedValue();
    await page.get('input[type=radio][value=user]').setValue();
    await fill(page, person);
    expect(register).toHaveBeenCalledWith({ name: 'Ada', email: 'ada@example.com', password: 'a walk in the rain', role: 'user' });
  });
});

describe('ResetPage', () => {
  it('explains where the code comes from', async () => {
    const { page } = await open(ResetPage, '/reset');
    expect(page.text()).toContain('Ask your administrator for a code.');
  });

  it('sends code and new password, and leads to the sign-in', async () => {
    const { page, router, session } = await open(ResetPage, '/reset');
    const reset = vi.spyOn(session, 'resetPassword').mockResolvedValue();
    await fill(page, { 'one-time-code': ' a-code ', 'new-password': 'a walk in the sun' });
    expect(reset).toHaveBeenCalledWith('a-code', 'a walk in the sun');
    expect(router.currentRoute.value.name).toBe('login');
  });

  it.each([
    [new ApiError(403, 'invalid_code'), 'one-time-code', 'This code is not right'],
    [new ApiError(422, 'invalid_fields', { new_password: 'is too common' }), 'new-password', 'Please choose another password'],
  ])('says at which field it failed: %s', async (error, field, text) => {
    const { page, session } = await open(ResetPage, '/reset');
    vi.spyOn(session, 'resetPassword').mockRejectedValue(error);
    await fill(page, { 'one-time-code': 'a-code', 'new-password': 'password' });
    const input = page.get(`input[autocomplete=${field}]`);
    expect(input.attributes('aria-invalid')).toBe('true');
    expect(page.get(`#${input.attributes('aria-describedby') ?? ''}`).text()).toContain(text);
  });
});
