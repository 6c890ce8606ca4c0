// The list as it is shown: filter, order, and the places that are kept while somebody points at it or is in it.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { openStorage } from '@/session/storage';
import { useSession } from '@/session/session';
import { useChat } from './chat';
import { usePeople } from './people';
import { asGroups, buildRoster, fold, inLine, inOrder, keepPlaces, matcher, type ListItem, type Order, type RosterRow } from './roster';

const storageKey = 'parley.order';
const orders: readonly Order[] = ['newest', 'unread', 'waiting'];

interface Shown {
  readonly asked: string;
  readonly items: readonly ListItem[];
}

export const useList = defineStore('list', () => {
  const session = useSession();
  const chat = useChat();
  const people = usePeople();
  const storage = openStorage();

  const filter = ref('');
  const order = ref<Order>(orders.find((it) => it === storage.getItem(storageKey)) ?? 'newest');
  /** Somebody points at the list or is in it: rows keep their places. */
  const held = ref(false);

  /** How far the list is scrolled, while another screen is shown instead. */
  const place = ref(0);

  const line = computed(() => inLine(people.byId.values()));
  const roster = computed(() => buildRoster(line.value, people.find, chat.summaries));
  const folded = computed(() => new Map([...people.partners.values(), ...people.byId.values()].map((person) => [person.id, fold(person.name)])));

  function found(text: string): (row: RosterRow) => boolean {
    if (text.trim() === '') return () => true;
    const names = folded.value;
    const matches = matcher(text);
    return (row) => matches(names.get(row.id) ?? '');
  }

  /** Everybody of that name, those one has written with first. */
  function search(text: string, most: number): RosterRow[] {
    const { talks, others } = roster.value;
    return [...talks, ...others].filter(found(text)).slice(0, most);
  }

  const fresh = computed(() => {
    const matches = found(filter.value);
    const talks = inOrder(roster.value.talks, order.value).filter(matches);
    const others = roster.value.others.filter(matches);
    return asGroups({ talks, others }, session.user?.role ?? 'user', (id) => people.presence.get(id)?.online === true);
  });

  const shown = computed<Shown>((before) => {
    // While the list is still being loaded nobody knows its order.
    const asked = `${chat.listed} ${order.value} ${filter.value}`;
    const keep = held.value && chat.listed && before?.asked === asked;
    return { asked, items: keep ? keepPlaces(before.items, fresh.value) : fresh.value };
  });
  const items = computed(() => shown.value.items);
  const rows = computed(() => items.value.flatMap((item) => (item.kind === 'row' ? [item.row] : [])));
  /** How many there are before the filter. */
  const total = computed(() => roster.value.talks.length + roster.value.others.length);

  function choose(value: unknown): void {
    const known = orders.find((it) => it === value);
    if (known === undefined) return;
    order.value = known;
    storage.setItem(storageKey, known);
  }

  /** The neighbour of `from` in the list, by one step up or down; null at its end. */
  function neighbour(from: number | null, step: 1 | -1): number | null {
    const at = rows.value.findIndex((row) => row.id === from);
    const next = at === -1 ? (step === 1 ? 0 : rows.value.length - 1) : at + step;
    return rows.value[next]?.id ?? null;
  }

  /** The next conversation with something unread, around the end of the list; null: all is read. */
  function neighbourUnread(from: number | null, step: 1 | -1): number | null {
    const ids = rows.value.filter((row) => row.id === from || (row.summary?.unread ?? 0) > 0).map((row) => row.id);
    const at = from === null ? -1 : ids.indexOf(from);
    const next = at === -1 ? (step === 1 ? ids[0] : ids.at(-1)) : ids[(at + step + ids.length) % ids.length];
    return next === undefined || next === from ? null : next;
  }

  return { filter, order, held, place, items, rows, total, choose, search, neighbour, neighbourUnread };
});
