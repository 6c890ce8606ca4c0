// After a new release an old tab asks for parts that are gone.
import { readonly, ref } from 'vue';

const found = ref(false);

/** True once a part was missing: nothing but a reload brings the rest. */
export const outdated = readonly(found);

window.addEventListener('vite:preloadError', (event) => {
  event.preventDefault();
  found.value = true;
});
