// Where each history was left: coming back finds the same place, and the heights of its rows, at once. Lasts as long as
// the page.
import { defineStore } from 'pinia';
import { watch } from 'vue';
import type { VirtualItem } from '@tanstack/vue-virtual';
import { useSession } from '@/session/session';

export interface Place {
  /** The row at the upper edge, and how far of it is above; null: at the end. */
  readonly anchor: { readonly key: string; readonly above: number } | null;
  readonly sizes: VirtualItem[];
}

export const usePlaces = defineStore('places', () => {
  const session = useSession();
  const byPartner = new Map<number, Place>();
  watch(
    () => session.user?.id,
    () => byPartner.clear(),
  );
  return {
    leave: (partner: number, place: Place) => void byPartner.set(partner, place),
    find: (partner: number) => byPartner.get(partner) ?? null,
  };
});
