// The conversations of the signed-in user: loads them, keeps them live, sends. Rules stand in log.ts and outbox.ts;
// this store joins them to the network and to Vue.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue';
import { newClientId } from '@/app/client_id';
import { asMessages, type ChatMessage, type ReadMark, type Resumed } from '@/api/types';
import { useSession } from '@/session/session';
import { normalise } from './limits';
import { Link } from './link';
import { ConversationLog, type LogView } from './log';
import { Outbox, type Draft } from './outbox';
import { usePeople } from './people';
import { ReadReporter } from './read_reporter';

const pageSize = 50;

export type Phase = 'idle' | 'loading' | 'ready' | 'failed';

export interface Arrival {
  readonly partner: number;
  readonly content: string;
}

export const useChat = defineStore('chat', () => {
  const session = useSession();
  const people = usePeople();

  const phase = ref<Phase>('idle');
  const failure = shallowRef<unknown>(null);
  const online = ref(false);
  /** The newest message that came in live; for announcements. */
  const arrival = shallowRef<Arrival | null>(null);
  const views = shallowReactive(new Map<number, LogView>());
  const activity = shallowReactive(new Map<number, number>());

  const logs = new Map<number, ConversationLog>();
  let me = 0;
  let cursor = 0;
  let everythingLoaded = false;
  let run = 0;
  let reloading: Promise<void> | null = null;
  let liveMeanwhile: ChatMessage[] = [];

  function log(partner: number): ConversationLog {
    let found = logs.get(partner);
    if (found === undefined) {
      found = new ConversationLog(me, partner, everythingLoaded);
      logs.set(partner, found);
    }
    return found;
  }

  function publish(partner: number): void {
    const it = log(partner);
    views.set(partner, it.view());
    activity.set(partner, it.lastActivity);
  }

  function partnerOf(message: ChatMessage): number {
    return message.senderId === me ? message.receiverId : message.senderId;
  }

  function merge(messages: readonly ChatMessage[]): void {
    const touched = new Map<number, ChatMessage[]>();
    for (const message of messages) {
      const partner = partnerOf(message);
      const list = touched.get(partner);
      if (list === undefined) touched.set(partner, [message]);
      else list.push(message);
    }
    for (const [partner, list] of touched) {
      log(partner).merge(list);
      publish(partner);
    }
  }

  // The newest messages of all conversations: afterwards each known part is gapless up to now.
  async function loadNewest(): Promise<void> {
    const mine = run;
    liveMeanwhile = [];
    const answer = await session.authorised('/chat/loaded');
    if (mine !== run) return;
    const messages = [...asMessages(answer.body), ...liveMeanwhile];
    everythingLoaded = !answer.more;
    for (const it of logs.values()) it.reset(everythingLoaded);
    cursor = messages.reduce((most, message) => Math.max(most, message.id), 0);
    merge(messages);
    for (const partner of logs.keys()) publish(partner);
  }

  function reload(): Promise<void> {
    reloading ??= loadNewest().finally(() => {
      reloading = null;
    });
    return reloading;
  }

  const outbox = new Outbox({
    emit: (draft, answer) => link.send(draft, answer),
    changed(draft, state, why) {
      log(draft.receiverId).setWaiting(draft.clientId, state, why);
      publish(draft.receiverId);
    },
    accepted(draft, ack) {
      if (!ack.duplicate) cursor = Math.max(cursor, ack.id);
      log(draft.receiverId).accepted(draft.clientId, ack.id, ack.at);
      publish(draft.receiverId);
    },
  });

  const reporter = new ReadReporter((partner, upTo) => {
    link.markRead(partner, upTo, (ok) => {
      if (!ok) return;
      log(partner).markReadByMe(upTo);
      publish(partner);
    });
  });

  function received(message: ChatMessage): void {
    cursor = Math.max(cursor, message.id);
    if (reloading !== null) liveMeanwhile.push(message);
    const partner = partnerOf(message);
    const fresh = log(partner).merge([message]);
    publish(partner);
    if (fresh.some((entry) => !entry.mine)) arrival.value = { partner, content: message.content };
    if (!people.byId.has(partner)) void people.refresh().catch(() => undefined);
  }

  function read(mark: ReadMark): void {
    const byPartner = mark.senderId === me;
    const partner = byPartner ? mark.receiverId : mark.senderId;
    if (byPartner) log(partner).markReadByPartner(mark.upTo);
    else log(partner).markReadByMe(mark.upTo);
    publish(partner);
  }

  async function resumed(state: Resumed): Promise<void> {
    const mine = run;
    if (state.reset) {
      try {
        await reload();
      } catch {
        link.restart();
        return;
      }
      if (mine !== run) return;
    } else {
      cursor = Math.max(cursor, state.upTo);
      state.reads.forEach(read);
    }
    online.value = true;
    outbox.setOnline(true);
    for (const partner of logs.keys()) reporter.forget(partner);
    void people.refresh().catch(() => undefined);
  }

  const link: Link = new Link({
    token: () => session.token(),
    renew: (stale) => session.renew(stale),
    cursor: () => cursor,
    resumed: (state) => void resumed(state),
    lost() {
      online.value = false;
      outbox.setOnline(false);
    },
    message: received,
    read,
    cursorRefused: () => void reload().catch(() => undefined),
    failed(clientId, code) {
      for (const [partner, it] of logs) {
        if (it.findWaiting(clientId) === null) continue;
        it.setWaiting(clientId, 'failed', code);
        publish(partner);
      }
    },
  });

  /** Loads what the list needs and goes live. Called again after a failure, it tries again. */
  async function start(): Promise<void> {
    const user = session.user;
    if (user === null || phase.value === 'loading' || phase.value === 'ready') return;
    run += 1;
    const mine = run;
    me = user.id;
    phase.value = 'loading';
    try {
      await Promise.all([people.refresh(), reload()]);
      if (mine !== run) return;
      phase.value = 'ready';
      link.open();
    } catch (error) {
      if (mine !== run) return;
      failure.value = error;
      phase.value = 'failed';
    }
  }

  function stop(): void {
    run += 1;
    link.close();
    outbox.clear();
    reporter.inView(null, null);
    logs.clear();
    views.clear();
    activity.clear();
    people.clear();
    reloading = null;
    everythingLoaded = false;
    cursor = 0;
    online.value = false;
    arrival.value = null;
    phase.value = 'idle';
  }

  // A login that ends takes all of this with it; somebody else's begins anew.
  watch(
    () => session.user?.id,
    (id) => {
      if (phase.value === 'idle') return;
      stop();
      if (id !== undefined) void start();
    },
    { flush: 'sync' },
  );

  /** One page of older messages; does nothing once the beginning is there. */
  async function loadOlder(partner: number): Promise<void> {
    const it = log(partner);
    if (it.complete) {
      if (!views.has(partner)) publish(partner);
      return;
    }
    const mine = run;
    const before = it.oldestId === null ? '' : `&before=${it.oldestId}`;
    const answer = await session.authorised(`/chat/messages/${partner}?limit=${pageSize}${before}`);
    if (mine !== run) return;
    it.merge(asMessages(answer.body));
    it.complete = !answer.more;
    publish(partner);
  }

  function send(partner: number, text: string): void {
    const content = normalise(text);
    const draft: Draft = { clientId: newClientId(), receiverId: partner, content };
    log(partner).addWaiting(draft.clientId, content, Date.now());
    outbox.add(draft);
  }

  function retry(partner: number, clientId: string): void {
    const entry = log(partner).findWaiting(clientId);
    if (entry === null) return;
    log(partner).moveWaitingToEnd(clientId);
    outbox.add({ clientId, receiverId: partner, content: entry.content });
  }

  function discard(partner: number, clientId: string): void {
    outbox.remove(clientId);
    log(partner).removeWaiting(clientId);
    publish(partner);
  }

  /** The newest message of the partner that the person can see; null when none is. */
  function inView(partner: number, upTo: number | null): void {
    const unread = views.get(partner)?.entries.some((it) => !it.mine && it.state !== 'read' && it.id !== null && it.id <= (upTo ?? 0));
    if (unread === true) reporter.inView(partner, upTo);
    else reporter.inView(null, null);
  }

  const unreadTotal = computed(() => {
    let sum = 0;
    for (const view of views.values()) sum += view.unread;
    return sum;
  });

  return {
    phase,
    failure,
    online,
    arrival,
    views,
    activity,
    unreadTotal,
    start,
    stop,
    loadOlder,
    send,
    retry,
    discard,
    inView,
    setAttentive: (attentive: boolean) => reporter.setAttentive(attentive),
    wake: () => link.wake(),
  };
});
