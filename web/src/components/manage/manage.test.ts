import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/http';
import { useManagement, type Member } from '@/manage/management';
import InviteDialog from './InviteDialog.vue';
import MemberDialog from './MemberDialog.vue';

const bea: Member = { id: 2, name: 'Bea', email: 'bea@example.com', role: 'user', disabled: false };
const code = { code: 'k7-mango', expires: Date.UTC(2026, 10, 26, 12) };

function setUp(member: Member, self = false) {
  const pinia = createPinia();
  setActivePinia(pinia);
  const dialog = mount(MemberDialog, { props: { member, self }, global: { plugins: [pinia] }, attachTo: document.body });
  const press = async (text: string): Promise<void> => {
    await dialog.findAll('button').find((it) => it.text() === text)?.trigger('click');
    await flushPromises();
  };
  return { dialog, press, management: useManagement() };
}

beforeEach(() => {
  localStorage.clear();
  document.body.replaceChildren();
});

describe('MemberDialog', () => {
  it.each([
    [bea, false, ['Make a reset code', 'Make admin', 'Disable account']],
    [{ ...bea, role: 'admin' as const }, false, ['Make a reset code', 'Make customer', 'Disable account']],
    [{ ...bea, disabled: true }, false, ['Enable account']],
    [{ ...bea, role: 'admin' as const }, true, ['Make customer']],
  ])('offers what can be done with %o (oneself: %s)', (member, self, offers) => {
    expect(setUp(member, self).dialog.findAll('li').map((it) => it.text())).toEqual(offers);
  });

  it('asks before it does anything, and can be left', async () => {
    const { dialog, press, management } = setUp(bea);
    const change = vi.spyOn(management, 'change').mockResolvedValue();
    await press('Disable account');
    expect(dialog.text()).toContain('Disable Bea?');
    expect(dialog.text()).toContain('nobody can write to them');
    await press('Cancel');
    expect(change).not.toHaveBeenCalled();
    await press('Disable account');
    await press('Disable account');
    expect(change).toHaveBeenCalledWith(bea, { disabled: true });
    expect(dialog.emitted('changed')).toHaveLength(1);
  });

  it('explains why the last admin stays one', async () => {
    const { dialog, press, management } = setUp({ ...bea, role: 'admin' }, true);
    vi.spyOn(management, 'change').mockRejectedValue(new ApiError(409, 'last_admin'));
    await press('Make customer');
    await press('Make customer');
    expect(dialog.get('[role=alert]').text()).toBe('This is the last admin who can sign in. Make somebody else an admin first.');
    expect(dialog.emitted('changed')).toBeUndefined();
  });

  it('44: says that nothing was changed when it failed, and may be tried again', async () => {
    const { dialog, press, management } = setUp(bea);
    const change = vi.spyOn(management, 'change').mockRejectedValueOnce(new ApiError(0, 'network')).mockResolvedValueOnce();
    await press('Make admin');
    await press('Make admin');
    expect(dialog.get('[role=alert]').text()).toContain('Nothing was changed.');
    await press('Make admin');
    expect(change).toHaveBeenCalledTimes(2);
    expect(dialog.emitted('changed')).toHaveLength(1);
  });

  it('shows a reset code once, to be copied', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { dialog, press, management } = setUp(bea);
    vi.spyOn(management, 'resetCode').mockResolvedValue(code);
    await press('Make a reset code');
    await press('Make a reset code');
    expect(dialog.get('input').element.value).toBe('k7-mango');
    expect(dialog.text()).toContain('It is shown only now, works once and ends on');
    await press('Copy code');
    expect(written).toHaveBeenCalledWith('k7-mango');
    expect(dialog.get('[role=status]').text()).toBe('Copied');
  });
});

describe('InviteDialog', () => {
  it('makes a code only when asked, and a link with it', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const pinia = createPinia();
    setActivePinia(pinia);
    const invite = vi.spyOn(useManagement(), 'invite').mockResolvedValue(code);
    const dialog = mount(InviteDialog, { global: { plugins: [pinia] }, attachTo: document.body });
    expect(invite).not.toHaveBeenCalled();
    const press = (text: string) => dialog.findAll('button').find((it) => it.text() === text)?.trigger('click');
    await press('Make a code');
    await flushPromises();
    await press('Copy link');
    expect(written).toHaveBeenCalledWith(`${window.location.origin}/register#invite=k7-mango`);
  });
});
