// What was typed and not sent yet, for each conversation: saved at most half a second later, over reloads and logins that
// end by themselves, the same in all tabs. A log-out takes it along: the next person at this browser finds nothing.
import { defineStore } from 'pinia';
import { computed, reactive, watch, type WritableComputedRef } from 'vue';
import { openStorage } from '@/session/storage';
import { useSession } from '@/session/session';

export const saveWithinMs = 400;

const prefix = (user: number): string => `parley.draft.${user}.`;

export const useDrafts = defineStore('drafts', () => {
  const session = useSession();
  const storage = openStorage();
  const texts = reactive(new Map<number, string>());
  const unsaved = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function set(partner: number, text: string): void {
    if (text === '') texts.delete(partner);
    else texts.set(partner, text);
    unsaved.add(partner);
    // What is sent must not come back, whatever happens in the next moment.
    if (text === '') save();
    else timer ??= setTimeout(save, saveWithinMs);
  }

  function save(): void {
    clearTimeout(timer);
    timer = undefined;
    const user = session.user?.id;
    if (user === undefined) return;
    for (const partner of unsaved) write(prefix(user) + String(partner), texts.get(partner) ?? '');
    unsaved.clear();
  }

  function write(key: string, text: string): void {
    try {
      if (text === '') storage.removeItem(key);
      else storage.setItem(key, text);
    } catch {
      // The browser's store is full: the draft lasts as long as the page.
    }
  }

  function keysOf(user: number): string[] {
    return Array.from({ length: storage.length }, (_, n) => storage.key(n) ?? '').filter((key) => key.startsWith(prefix(user)));
  }

  function load(user: number): void {
    for (const key of keysOf(user)) {
      const text = storage.getItem(key);
      if (text !== null) texts.set(Number(key.slice(prefix(user).length)), text);
    }
  }

  function of(partner: number): WritableComputedRef<string> {
    return computed({ get: () => peek(partner), set: (text) => set(partner, text) });
  }

  function peek(partner: number): string {
    return texts.get(partner) ?? '';
  }

  watch(
    () => session.user?.id,
    (user, before) => {
      clearTimeout(timer);
      timer = undefined;
      unsaved.clear();
      texts.clear();
      if (before !== undefined) for (const key of keysOf(before)) storage.removeItem(key);
      if (user !== undefined) load(user);
    },
    { immediate: true, flush: 'sync' },
  );
  window.addEventListener('pagehide', save);
  window.addEventListener('storage', ({ key, newValue }) => {
    const user = session.user?.id;
    if (user === undefined || key?.startsWith(prefix(user)) !== true) return;
    const partner = Number(key.slice(prefix(user).length));
    if (newValue === null) texts.delete(partner);
    else texts.set(partner, newValue);
  });

  return { of, peek };
});
