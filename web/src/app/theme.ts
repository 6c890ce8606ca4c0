// Which theme is shown: the system's, or the one chosen here. public/first_paint.js applies the stored choice before the first paint.
import { readonly, ref } from 'vue';

export type Theme = 'system' | 'light' | 'dark';

const key = 'parley.theme';

function isTheme(value: unknown): value is Theme {
  return value === 'system' || value === 'light' || value === 'dark';
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(key);
    return isTheme(value) ? value : 'system';
  } catch {
    return 'system';
  }
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

const current = ref<Theme>(stored());

export function useTheme() {
  return {
    theme: readonly(current),
    choose: (value: unknown): void => {
      if (!isTheme(value)) return;
      current.value = value;
      apply(value);
      try {
        localStorage.setItem(key, value);
      } catch {
        // Private mode: the choice lasts as long as the page.
      }
    },
  };
}

window.addEventListener('storage', (event) => {
  if (event.key !== key) return;
  current.value = stored();
  apply(current.value);
});
