// Tells of a message that nobody is looking at: by a notification and a sound, once over all tabs.
import { onScopeDispose, watch, type Ref } from 'vue';
import type { Arrival } from '@/chat/chat';
import { wordsOf } from '@/chat/rich_text';
import { openStorage } from '@/session/storage';
import { chime } from './chime';
import { Once } from './once';
import { useAttentionSettings } from './settings';

export interface NewsPorts {
  /** The signed-in user's id; null: nobody. */
  readonly user: Ref<number | null>;
  /** The conversation somebody looks at right now. */
  readonly watched: Ref<number | null>;
  onArrival(listener: (arrival: Arrival) => void): () => void;
  nameOf(partner: number): string;
  open(partner: number): void;
}

const bodyMost = 160;

export function useNews(ports: NewsPorts): void {
  const settings = useAttentionSettings();
  const once = new Once(openStorage(), (navigator as { locks?: LockManager }).locks ?? null);
  let tail = Promise.resolve();

  async function tell(arrival: Arrival): Promise<void> {
    const user = ports.user.value;
    if (user === null || ports.watched.value === arrival.partner || (await once.isWatched(user, arrival.partner))) return;
    const { first, audible } = await once.claim(user, arrival.id, settings.sound);
    if (audible) chime();
    if (first && settings.notices) show(arrival);
  }

  function show(arrival: Arrival): void {
    try {
      const notice = new Notification(ports.nameOf(arrival.partner), {
        body: wordsOf(arrival.content, bodyMost),
        tag: `parley.${arrival.id}`,
        icon: '/favicon.svg',
        // The sound is ours.
        silent: true,
      });
      notice.addEventListener('click', () => {
        window.focus();
        ports.open(arrival.partner);
        notice.close();
      });
    } catch {
      // Some phones show notifications of installed apps only.
    }
  }

  const stop = ports.onArrival((arrival) => {
    // One after the other: a claim covers all messages before it.
    tail = tail.then(() => tell(arrival)).catch(() => undefined);
  });
  watch(
    [ports.user, ports.watched],
    ([user, partner]) => {
      once.watch(user ?? 0, user === null ? null : partner);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    stop();
    once.watch(0, null);
  });
}
