// The people one may write to, as the server lists them for this role, and who of them is there.
import { defineStore } from 'pinia';
import { ref, shallowReactive, shallowRef } from 'vue';
import { asContacts, type Contact, type Person, type Presence } from '@/api/types';
import { useSession } from '@/session/session';

const pagesMost = 50;
const soonMs = 3_000;

export const usePeople = defineStore('people', () => {
  const session = useSession();
  /** Whom one may write to. */
  const byId = shallowRef<ReadonlyMap<number, Person>>(new Map());
  const loaded = ref(false);
  const presence = shallowReactive(new Map<number, Presence>());
  // Partners of conversations: the list of people may not have them any more, or not yet.
  const partners = shallowRef<ReadonlyMap<number, Person>>(new Map());
  let running: Promise<void> | null = null;
  let askedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // The newest come first, a thousand at a time; older ones below the lowest id so far.
  async function all(path: string): Promise<Contact[]> {
    const found: Contact[] = [];
    for (let page = 0; page < pagesMost; page += 1) {
      const before = found.reduce((least, person) => Math.min(least, person.id), Infinity);
      const answer = await session.authorised(before === Infinity ? path : `${path}?before=${before}`);
      found.push(...asContacts(answer.body));
      if (!answer.more) break;
    }
    return found;
  }

  async function load(): Promise<void> {
    const me = session.user;
    if (me === null) return;
    const paths = me.role === 'admin' ? ['/chat/users', '/chat/admins'] : ['/chat/admins'];
    const lists = await Promise.all(paths.map(all));
    if (session.user?.id !== me.id) return;
    const others = lists.flat().filter((person) => person.id !== me.id);
    byId.value = new Map(others.map(({ id, name, role }) => [id, { id, name, role }]));
    for (const person of others) presence.set(person.id, person.presence);
    loaded.value = true;
  }

  /** Asks anew; several callers at once share one answer. Errors as the session's requests. */
  function refresh(): Promise<void> {
    askedAt = Date.now();
    running ??= load().finally(() => {
      running = null;
    });
    return running;
  }

  /** Somebody unknown has shown up. At once, but not for each of many: a failed look only leaves the list short of news. */
  function refreshSoon(): void {
    if (timer !== undefined) return;
    const wait = Math.min(soonMs, Math.max(0, askedAt + soonMs - Date.now()));
    timer = setTimeout(() => {
      timer = undefined;
      void refresh().catch(() => undefined);
    }, wait);
  }

  function olderThan(ms: number): boolean {
    return Math.abs(Date.now() - askedAt) > ms;
  }

  function meet(contacts: readonly Contact[]): void {
    partners.value = new Map([...partners.value, ...contacts.map(({ id, name, role }) => [id, { id, name, role }] as const)]);
    for (const contact of contacts) if (!presence.has(contact.id)) presence.set(contact.id, contact.presence);
  }

  /** Also somebody whom the server no longer lists; null: nobody this device has heard of. */
  function find(id: number): Person | null {
    return byId.value.get(id) ?? partners.value.get(id) ?? null;
  }

  /** False for those whom the server no longer lists: their history stays readable. */
  function isWritable(id: number): boolean {
    return byId.value.has(id) || (!loaded.value && partners.value.has(id));
  }

  /** False: nobody the list knows, so that it wants to be asked anew. */
  function setPresence(id: number, now: Presence): boolean {
    if (id === session.user?.id) return true;
    presence.set(id, now);
    return byId.value.has(id);
  }

  function clear(): void {
    clearTimeout(timer);
    timer = undefined;
    byId.value = new Map();
    partners.value = new Map();
    presence.clear();
    loaded.value = false;
  }

  return { byId, partners, loaded, presence, refresh, refreshSoon, olderThan, meet, find, isWritable, setPresence, clear };
});
