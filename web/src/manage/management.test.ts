import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type Answer } from '@/api/http';
import { useSession } from '@/session/session';
import { Vault } from '@/session/vault';
import { useManagement } from './management';

const maya = { id: 1, name: 'Maya', email: 'maya@example.com', role: 'admin', disabled: false } as const;
const bea = { id: 2, name: 'Bea', email: 'bea@example.com', role: 'user', disabled: false } as const;
const zoe = { id: 3, name: 'Zoe', email: 'zoe@example.com', role: 'user', disabled: true } as const;

// By two pages.
const lists: Readonly<Record<string, Answer>> = {
  '/admin/users': { body: [bea, zoe], more: true },
  '/admin/users?before=2': { body: [maya], more: false },
};

function setUp(answers: Readonly<Record<string, unknown>> = {}) {
  localStorage.clear();
  new Vault(localStorage).open({ accessToken: 'a', refreshToken: 'r', expiresIn: 3600 }, { id: 1, name: 'Maya', role: 'admin' });
  setActivePinia(createPinia());
  const session = useSession();
  const asked: [string, unknown][] = [];
  vi.spyOn(session, 'authorised').mockImplementation((path, options = {}): Promise<Answer> => {
    if (options.method !== undefined) asked.push([`${options.method} ${path}`, options.body]);
    const body = answers[`${options.method ?? 'GET'} ${path}`];
    const answer = lists[path] ?? (body === undefined ? undefined : { body, more: false });
    return answer === undefined ? Promise.reject(new ApiError(409, 'last_admin')) : Promise.resolve(answer);
  });
  return { management: useManagement(), session, asked };
}

beforeEach(() => {
  localStorage.clear();
});

describe('useManagement', () => {
  it('knows everybody by name, whatever the pages, oneself and who is disabled too', async () => {
    const { management } = setUp();
    expect(management.loaded).toBe(false);
    await management.load();
    expect(management.members).toEqual([bea, maya, zoe]);
    expect(management.loaded).toBe(true);
  });

  it('shows what the server made of a change', async () => {
    const { management, asked } = setUp({ 'PATCH /admin/users/2': { ...bea, disabled: true } });
    await management.load();
    await management.change(bea, { disabled: true });
    expect(asked).toEqual([['PATCH /admin/users/2', { disabled: true }]]);
    expect(management.members).toEqual([{ ...bea, disabled: true }, maya, zoe]);
  });

  it('changes nothing when the server refuses', async () => {
    const { management } = setUp();
    await management.load();
    await expect(management.change(maya, { role: 'user' })).rejects.toMatchObject({ code: 'last_admin' });
    expect(management.members).toEqual([bea, maya, zoe]);
  });

  it('gets codes with their end, and takes no other shape for one', async () => {
    const { management } = setUp({ 'POST /admin/invites': { code: 'abc', expires: '2026-11-26T12:00:00' }, 'POST /admin/users/2/reset': { code: 7 } });
    await expect(management.invite()).resolves.toEqual({ code: 'abc', expires: Date.UTC(2026, 10, 26, 12) });
    await expect(management.resetCode(bea)).rejects.toThrow();
  });
});
