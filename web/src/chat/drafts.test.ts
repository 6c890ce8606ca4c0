import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useSession } from '@/session/session';
import { saveWithinMs, useDrafts } from './drafts';

const me = 7;
const kept = (partner: number): string | null => localStorage.getItem(`parley.draft.${me}.${partner}`);

function signedIn(id = me): void {
  const user = { id, name: 'Me', role: 'user' };
  localStorage.setItem('parley.session', JSON.stringify({ access: 'a', refresh: 'r', expiresAt: Date.now() + 3_600_000, user }));
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  signedIn();
  setActivePinia(createPinia());
});

describe('useDrafts', () => {
  it('is saved within half a second of the first letter, however long one types on', () => {
    const draft = useDrafts().of(3);
    draft.value = 'a';
    vi.advanceTimersByTime(saveWithinMs - 1);
    draft.value = 'ab';
    expect(kept(3)).toBeNull();
    vi.advanceTimersByTime(1);
    expect(kept(3)).toBe('ab');
  });

  it('is saved when the page goes, and found by the next one', () => {
    useDrafts().of(3).value = 'half';
    window.dispatchEvent(new Event('pagehide'));
    setActivePinia(createPinia());
    expect(useDrafts().peek(3)).toBe('half');
  });

  it('is gone at once when it was sent', () => {
    const draft = useDrafts().of(3);
    draft.value = 'half';
    vi.advanceTimersByTime(saveWithinMs);
    draft.value = '';
    expect(kept(3)).toBeNull();
  });

  it('follows what another tab writes', () => {
    const drafts = useDrafts();
    window.dispatchEvent(new StorageEvent('storage', { key: `parley.draft.${me}.3`, newValue: 'from there' }));
    expect(drafts.peek(3)).toBe('from there');
    window.dispatchEvent(new StorageEvent('storage', { key: `parley.draft.${me}.3`, newValue: null }));
    expect(drafts.peek(3)).toBe('');
  });

  it('is forgotten with the log-out', () => {
    const drafts = useDrafts();
    drafts.of(3).value = 'private';
    vi.advanceTimersByTime(saveWithinMs);
    useSession().signOut();
    expect(drafts.peek(3)).toBe('');
    expect(kept(3)).toBeNull();
  });

  it('shows nobody what somebody else typed', () => {
    localStorage.setItem('parley.draft.8.3', 'not mine');
    expect(useDrafts().peek(3)).toBe('');
  });
});
