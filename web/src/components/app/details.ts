// Whether an admin sees the partner's details beside the conversation; kept where there is room for both.
import { readonly, ref, type Ref } from 'vue';
import { openStorage } from '@/session/storage';

const key = 'parley.details';
const storage = openStorage();
const roomy = window.matchMedia('(min-width: 75rem)');
const shown = ref(roomy.matches && storage.getItem(key) === 'on');

export function useDetails(): { readonly shown: Readonly<Ref<boolean>>; readonly show: (on: boolean) => void } {
  return {
    shown: readonly(shown),
    show: (on) => {
      shown.value = on;
      if (roomy.matches) storage.setItem(key, on ? 'on' : 'off');
    },
  };
}
