import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type Answer } from '@/api/http';
import { useSession } from '@/session/session';
import { Vault } from '@/session/vault';
import { useManagement } from './management';

const lists: Readonly<Record<string, unknown>> = {
  '/chat/users': [
    { id: 3, name: 'Zoe', role: 'user', online: true, last_seen: null },
    { id: 2, name: 'Bea', role: 'user', online: false, last_seen: null },
  ],
  '/chat/admins': [{ id: 1, name: 'Maya', role: 'admin', online: true, last_seen: null }],
};

function setUp(answers: Readonly<Record<string, unknown>> = {}) {
  localStorage.clear();
  new Vault(localStorage).open({ accessToken: 'a', refreshToken: 'r', expiresIn: 3600 }, { id: 1, name: 'Maya', role: 'admin' });
  setActivePinia(createPinia());
  const session = useSession();
  const asked: [string, unknown][] = [];
  vi.spyOn(session, 'authorised').mockImplementation((path, options = {}): Promise<Answer> => {
    if (options.method !== undefined) asked.push([`${options.method} ${path}`, options.body]);
    const body = options.method === undefined ? lists[path.split('?')[0] ?? ''] : answers[`${options.method} ${path}`];
    return body === undefined ? Promise.reject(new ApiError(409, 'last_admin')) : Promise.resolve({ body, more: false });
  });
  return { management: useManagement(), session, asked };
}

const names = (management: ReturnType<typeof useManagement>) => management.members.map((it) => it.name);

beforeEach(() => {
  localStorage.clear();
});

describe('useManagement', () => {
  it('knows everybody by name, oneself too', async () => {
    const { management } = setUp();
    await management.load();
    expect(names(management)).toEqual(['Bea', 'Maya', 'Zoe']);
  });

  it('keeps in sight who was disabled, though the lists leave them out', async () => {
    const { management, asked } = setUp({ 'PATCH /admin/users/2': { id: 2, name: 'Bea', role: 'user', disabled: true } });
    await management.load();
    const [bea] = management.members;
    if (bea === undefined) throw new Error('nobody');
    await management.change(bea, { disabled: true });
    expect(asked).toEqual([['PATCH /admin/users/2', { disabled: true }]]);
    expect(management.members.find((it) => it.id === 2)).toMatchObject({ name: 'Bea', disabled: true });
  });

  it('changes nothing when the server refuses', async () => {
    const { management } = setUp();
    await management.load();
    const maya = management.members.find((it) => it.id === 1);
    if (maya === undefined) throw new Error('nobody');
    await expect(management.change(maya, { role: 'user' })).rejects.toMatchObject({ code: 'last_admin' });
    expect(management.members.find((it) => it.id === 1)?.role).toBe('admin');
  });

  it('gets codes with their end, and takes no other shape for one', async () => {
    const { management } = setUp({ 'POST /admin/invites': { code: 'abc', expires: '2026-11-26T12:00:00' }, 'POST /admin/users/2/reset': { code: 7 } });
    await management.load();
    await expect(management.invite()).resolves.toEqual({ code: 'abc', expires: Date.UTC(2026, 10, 26, 12) });
    const [bea] = management.members;
    if (bea === undefined) throw new Error('nobody');
    await expect(management.resetCode(bea)).rejects.toThrow();
  });
});
