// The conversations of the signed-in user: loads them, keeps them live, sends. The rules stand in conversations.ts, log.ts
// and outbox.ts; this store joins them to the network and to Vue.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { newClientId } from '@/app/client_id';
import { asMessages, type ChatMessage, type Resumed } from '@/api/types';
import { useSession } from '@/session/session';
import { Conversations } from './conversations';
import { normalise } from './limits';
import { Link } from './link';
import { Outbox } from './outbox';
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
  const conversations = new Conversations();

  const phase = ref<Phase>('idle');
  const failure = shallowRef<unknown>(null);
  const online = ref(false);
  /** The newest message that came in live; for announcements. */
  const arrival = shallowRef<Arrival | null>(null);

  // The greatest id seen: the connection goes on after it.
  let cursor = 0;
  // Grows with every log-in and log-out: an answer that was asked for in an earlier run is dropped.
  let run = 0;
  let reloading: Promise<void> | null = null;
  let liveMeanwhile: ChatMessage[] = [];

  const outbox = new Outbox({
    emit: (draft, answer) => link.send(draft, answer),
    changed: (draft, state, why) => conversations.change(draft.receiverId, (log) => log.setWaiting(draft.clientId, state, why)),
    accepted(draft, ack) {
      if (!ack.duplicate) cursor = Math.max(cursor, ack.id);
      conversations.change(draft.receiverId, (log) => log.accepted(draft.clientId, ack.id, ack.at));
    },
  });

  const reporter = new ReadReporter((partner, upTo) => {
    link.markRead(partner, upTo, (ok) => {
      if (ok) conversations.change(partner, (log) => log.markReadByMe(upTo));
    });
  });

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
    read: (mark) => conversations.read(mark),
    cursorRefused: () => void reload().catch(() => undefined),
    failed(clientId, code) {
      const partner = conversations.waitingFor(clientId);
      if (partner !== null) conversations.change(partner, (log) => log.setWaiting(clientId, 'failed', code));
    },
  });

  function refreshPeople(): void {
    // Short of news at worst; the next look will tell.
    void people.refresh().catch(() => undefined);
  }

  async function loadNewest(): Promise<void> {
    const mine = run;
    liveMeanwhile = [];
    const answer = await session.authorised('/chat/loaded');
    if (mine !== run) return;
    const messages = [...asMessages(answer.body), ...liveMeanwhile];
    cursor = messages.reduce((most, message) => Math.max(most, message.id), 0);
    conversations.load(messages, !answer.more);
  }

  function reload(): Promise<void> {
    if (reloading !== null) return reloading;
    const current = loadNewest().finally(() => {
      if (reloading === current) reloading = null;
    });
    reloading = current;
    return current;
  }

  function received(message: ChatMessage): void {
    cursor = Math.max(cursor, message.id);
    if (reloading !== null) liveMeanwhile.push(message);
    const partner = conversations.partnerOf(message);
    const fresh = conversations.receive(message);
    if (fresh.some((entry) => !entry.mine)) arrival.value = { partner, content: message.content };
    if (!people.byId.has(partner)) refreshPeople();
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
      for (const mark of state.reads) conversations.read(mark);
    }
    online.value = true;
    outbox.setOnline(true);
    for (const partner of conversations.partners) reporter.forget(partner);
    refreshPeople();
  }

  /** Loads what the list needs and goes live. Called again after a failure, it tries again. */
  async function start(): Promise<void> {
    const user = session.user;
    if (user === null || phase.value === 'loading' || phase.value === 'ready') return;
    run += 1;
    const mine = run;
    conversations.clear(user.id);
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
    conversations.clear(0);
    people.clear();
    reloading = null;
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

  // Signed in again over the page: on from where it stopped.
  watch(
    () => session.ended,
    (ended) => {
      if (ended) return;
      if (phase.value === 'ready') link.restart();
      else if (phase.value === 'failed') void start();
    },
  );

  /** One page of older messages; asks for nothing once the beginning is there. */
  async function loadOlder(partner: number): Promise<void> {
    if (conversations.isComplete(partner)) {
      // A conversation nobody wrote in yet: shown as empty.
      if (!conversations.views.has(partner)) conversations.change(partner, () => undefined);
      return;
    }
    const mine = run;
    const oldest = conversations.oldestId(partner);
    const before = oldest === null ? '' : `&before=${oldest}`;
    const answer = await session.authorised(`/chat/messages/${partner}?limit=${pageSize}${before}`);
    if (mine !== run) return;
    const messages = asMessages(answer.body);
    conversations.change(partner, (log) => {
      log.merge(messages);
      log.complete = !answer.more;
    });
  }

  function send(partner: number, text: string): void {
    const draft = { clientId: newClientId(), receiverId: partner, content: normalise(text) };
    conversations.change(partner, (log) => log.addWaiting(draft.clientId, draft.content, Date.now()));
    outbox.add(draft);
  }

  function retry(partner: number, clientId: string): void {
    const content = conversations.waitingContent(partner, clientId);
    if (content === null) return;
    conversations.change(partner, (log) => log.moveWaitingToEnd(clientId));
    outbox.add({ clientId, receiverId: partner, content });
  }

  function discard(partner: number, clientId: string): void {
    outbox.remove(clientId);
    conversations.change(partner, (log) => log.removeWaiting(clientId));
  }

  /** The newest message of the partner that the person can see; null when none is. */
  function inView(partner: number, upTo: number | null): void {
    if (upTo !== null && conversations.hasUnread(partner, upTo)) reporter.inView(partner, upTo);
    else reporter.inView(null, null);
  }

  const unreadTotal = computed(() => {
    let sum = 0;
    for (const view of conversations.views.values()) sum += view.unread;
    return sum;
  });

  return {
    phase,
    failure,
    online,
    arrival,
    views: conversations.views,
    activity: conversations.activity,
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
