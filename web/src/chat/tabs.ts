// The other tabs of this browser, for the queue: what happened is told to them, and one at a time sends.
import type { News, Tabs } from './outbox';

const channelName = 'parley.outbox';

interface Told {
  readonly user: number;
  readonly news: News;
}

/** `heard` is called with what other tabs tell. */
export function openTabs(heard: (user: number, news: News) => void): Tabs {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = (event: MessageEvent<Told>) => heard(event.data.user, event.data.news);
  // Web locks exist on https and localhost only. Without them two tabs may send the same message: the server stores it
  // once, and neither goes on before it is stored.
  const locks = (navigator as { locks?: LockManager | null }).locks ?? null;
  return {
    tell: (user, news) => channel.postMessage({ user, news } satisfies Told),
    alone: (user, work) => (locks === null ? work() : locks.request(`${channelName}.${user}`, work)),
  };
}
