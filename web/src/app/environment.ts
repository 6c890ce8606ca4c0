// What the browser says about window, network and time, as Vue state.
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue';

const lookEveryMs = 2_000;
// A hidden tab's timers may come once a minute.
const sleptMs = 75_000;

function listen(target: EventTarget, events: readonly string[], handler: () => void): void {
  for (const event of events) target.addEventListener(event, handler);
  onScopeDispose(() => {
    for (const event of events) target.removeEventListener(event, handler);
  });
}

/** True below the width at which list and conversation stand side by side. */
export function usePhone(): Readonly<Ref<boolean>> {
  const query = window.matchMedia('(max-width: 39.99rem)');
  const phone = ref(query.matches);
  listen(query, ['change'], () => {
    phone.value = query.matches;
  });
  return readonly(phone);
}

/** True while the person looks: the tab is visible and has the focus. */
export function useAttention(): Readonly<Ref<boolean>> {
  const look = (): boolean => document.visibilityState === 'visible' && document.hasFocus();
  const attentive = ref(look());
  const update = (): void => {
    attentive.value = look();
  };
  listen(document, ['visibilitychange'], update);
  listen(window, ['focus', 'blur', 'pageshow'], update);
  return readonly(attentive);
}

export function useNetwork(): Readonly<Ref<boolean>> {
  const up = ref(navigator.onLine);
  listen(window, ['online', 'offline'], () => {
    up.value = navigator.onLine;
  });
  return readonly(up);
}

/** Calls `lost` when the browser loses its network. */
export function onLoss(lost: () => void): void {
  listen(window, ['offline'], lost);
}

/** Calls `back` when the network or the tab returns. */
export function onReturn(back: () => void): void {
  listen(window, ['online', 'focus', 'pageshow'], back);
  listen(document, ['visibilitychange'], () => {
    if (document.visibilityState === 'visible') back();
  });
}

/** Calls `back` after the machine slept, as far as a timer can tell. */
export function onWake(back: () => void): void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > sleptMs) back();
    last = now;
  }, lookEveryMs);
  onScopeDispose(() => clearInterval(timer));
}

/** The present, renewed every half minute: days roll over while the page is open. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now());
  const timer = setInterval(() => {
    now.value = Date.now();
  }, 30_000);
  onScopeDispose(() => clearInterval(timer));
  return readonly(now);
}

/** Follows `source`, but turns true only after it was true for `ms`. */
export function useDelayed(source: () => boolean, ms: number): Readonly<Ref<boolean>> {
  const shown = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    source,
    (on) => {
      clearTimeout(timer);
      if (!on) shown.value = false;
      else
        timer = setTimeout(() => {
          shown.value = true;
        }, ms);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return readonly(shown);
}
