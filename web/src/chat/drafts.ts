// What was typed and not sent yet, for each conversation; kept while the page lives.
import { defineStore } from 'pinia';
import { computed, reactive, watch, type WritableComputedRef } from 'vue';
import { useSession } from '@/session/session';

export const useDrafts = defineStore('drafts', () => {
  const texts = reactive(new Map<number, string>());

  function of(partner: number): WritableComputedRef<string> {
    return computed({
      get: () => texts.get(partner) ?? '',
      set: (text) => {
        if (text === '') texts.delete(partner);
        else texts.set(partner, text);
      },
    });
  }

  function peek(partner: number): string {
    return texts.get(partner) ?? '';
  }

  watch(
    () => useSession().user?.id,
    () => texts.clear(),
  );

  return { of, peek };
});
