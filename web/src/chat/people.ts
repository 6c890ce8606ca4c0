// The people one may write to, as the server lists them for this role.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { asPeople, type Person } from '@/api/types';
import { useSession } from '@/session/session';

const pagesMost = 50;

export const usePeople = defineStore('people', () => {
  const session = useSession();
  const byId = shallowRef<ReadonlyMap<number, Person>>(new Map());
  const loaded = ref(false);
  let running: Promise<void> | null = null;

  // The newest come first, a thousand at a time; older ones below the lowest id so far.
  async function all(path: string): Promise<Person[]> {
    const found: Person[] = [];
    for (let page = 0; page < pagesMost; page += 1) {
      const before = found.reduce((least, person) => Math.min(least, person.id), Infinity);
      const answer = await session.authorised(before === Infinity ? path : `${path}?before=${before}`);
      found.push(...asPeople(answer.body));
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
    byId.value = new Map(lists.flat().filter((person) => person.id !== me.id).map((person) => [person.id, person]));
    loaded.value = true;
  }

  /** Asks anew; several callers at once share one answer. Errors as the session's requests. */
  function refresh(): Promise<void> {
    running ??= load().finally(() => {
      running = null;
    });
    return running;
  }

  function clear(): void {
    byId.value = new Map();
    loaded.value = false;
  }

  return { byId, loaded, refresh, clear };
});
