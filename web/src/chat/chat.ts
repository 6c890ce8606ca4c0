// The conversations of the signed-in user: loads them, keeps them live, sends. The rules stand in conversations.ts,
// listing.ts, log.ts and outbox.ts; this store joins them to the network and to Vue.
import { defineStore } from 'pinia';
import { ref, shallowRef, watch } from 'vue';
import { newClientId } from '@/app/client_id';
import { useDelayed } from '@/app/environment';
import { asConversations, asMessages, type ChatMessage, type Presence, type Resumed } from '@/api/types';
import { useSession } from '@/session/session';
import { Conversations } from './conversations';
import { normalise } from './limits';
import { Link } from './link';
import { Listing } from './listing';
import { OlderPages } from './older_pages';
import { usePeople } from './people';
import { ReadReporter } from './read_reporter';
import { openOutbox } from './sending';
import { TypingSignal, Typists } from './typing';

const restAgainMs = 3_000;

export type Phase = 'idle' | 'loading' | 'ready' | 'failed';

export interface Arrival {
  readonly id: number;
  readonly partner: number;
  readonly content: string;
}

export const useChat = defineStore('chat', () => {
  const session = useSession();
  const people = usePeople();
  const conversations = new Conversations((partner) => void recount(partner).catch(() => undefined));

  const phase = ref<Phase>('idle');
  const failure = shallowRef<unknown>(null);
  const online = ref(false);
  /** The connection has been away for a while; a short break is nobody's business. */
  const cutOff = useDelayed(() => phase.value === 'ready' && !online.value, 2_000);
  /** The newest message that came in live; for announcements. */
  const arrival = shallowRef<Arrival | null>(null);

  const listeners = new Set<(arrival: Arrival) => void>();

  // The greatest id seen: the connection goes on after it.
  let cursor = 0;
  // Grows with every log-in and log-out: an answer that was asked for in an earlier run is dropped.
  let run = 0;
  let reloading: Promise<void> | null = null;
  let liveMeanwhile: ChatMessage[] = [];

  const listing = new Listing({
    async page(before, limit) {
      const answer = await session.authorised(`/chat/conversations?limit=${limit}${before === null ? '' : `&before=${before}`}`);
      return { conversations: asConversations(answer.body), more: answer.more };
    },
    loaded(page, first, all) {
      if (first) conversations.reset();
      people.meet(page.map((it) => it.partner));
      conversations.list(page);
      if (all) conversations.listedAll();
    },
  });

  const pages = new OlderPages(conversations, async (partner, before, limit) => {
    const below = before === null ? '' : `&before=${before}`;
    const answer = await session.authorised(`/chat/messages/${partner}?limit=${limit}${below}`);
    return { messages: asMessages(answer.body), more: answer.more };
  });

  const outbox = openOutbox(conversations, {
    emit: (draft, answer) =>
      link.send(draft, (result) => {
        // The ids of this connection's answers are a cursor; those that another tab tells are not.
        if (result.ok && !result.ack.duplicate) cursor = Math.max(cursor, result.ack.id);
        answer(result);
      }),
    unanswered: () => link.probe(),
  });

  const reporter = new ReadReporter((partner, upTo) => {
    link.markRead(partner, upTo, (ok) => {
      if (ok) conversations.readByMe(partner, upTo);
    });
  });

  const typists = new Typists();
  const signal = new TypingSignal((partner, typing) => link.signalTyping(partner, typing));

  const link: Link = new Link({
    token: () => session.token(),
    renew: (stale) => session.renew(stale),
    cursor: () => cursor,
    resumed: (state) => void resumed(state),
    lost,
    message: received,
    read: (mark) => conversations.read(mark),
    presence: seen,
    typing: (userId, typing) => typists.heard(userId, typing),
    cursorRefused: () => void reload().catch(() => undefined),
    failed,
  });

  function lost(): void {
    online.value = false;
    outbox.setOnline(false);
    typists.clear();
  }

  function seen(userId: number, presence: Presence): void {
    if (!people.setPresence(userId, presence)) people.refreshSoon();
  }

  function failed(clientId: string, code: string): void {
    const partner = conversations.waitingFor(clientId);
    if (partner !== null) conversations.change(partner, (log) => log.setWaiting(clientId, 'failed', code));
  }

  async function loadNewest(): Promise<void> {
    const mine = run;
    liveMeanwhile = [];
    const newest = await listing.loadFirst();
    if (mine !== run) return;
    for (const message of liveMeanwhile) conversations.receive(message);
    cursor = liveMeanwhile.reduce((most, message) => Math.max(most, message.id), newest);
  }

  // The list goes on behind the first page. What fails is tried again: after a while, or with the next connection.
  function loadRest(): void {
    const mine = run;
    void listing.loadRest().catch(() => {
      setTimeout(() => {
        if (mine === run && online.value) loadRest();
      }, restAgainMs);
    });
  }

  // How many are unread with one partner: the list, asked from that conversation's newest message on.
  async function recount(partner: number): Promise<void> {
    const mine = run;
    const newest = conversations.newestId(partner);
    if (newest === null) return;
    const answer = await session.authorised(`/chat/conversations?limit=1&before=${newest + 1}`);
    if (mine !== run) return;
    conversations.list(asConversations(answer.body).filter((it) => it.partner.id === partner));
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
    if (message.clientId !== null && message.receiverId === partner) outbox.stored(message.clientId, { id: message.id, at: message.at, duplicate: true });
    if (!people.byId.has(partner)) people.refreshSoon();
    if (message.senderId === partner) typists.heard(partner, false);
    if (!fresh.some((entry) => !entry.mine && entry.state !== 'read')) return;
    arrival.value = { id: message.id, partner, content: message.content };
    for (const listener of listeners) listener(arrival.value);
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
    loadRest();
    for (const partner of conversations.partners) reporter.forget(partner);
    people.refreshSoon();
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
      await Promise.all([people.refresh(), reload().then(() => outbox.open(user.id))]);
      if (mine !== run) return;
      phase.value = 'ready';
      link.open();
      loadRest();
    } catch (error) {
      if (mine !== run) return;
      failure.value = error;
      phase.value = 'failed';
    }
  }

  function stop(): void {
    run += 1;
    link.close();
    listing.stop();
    outbox.close();
    typists.clear();
    reporter.inView(null, null);
    conversations.clear(0);
    people.clear();
    pages.clear();
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

  /** Ahead of somebody who is about to look: what fails is asked for again by the view. */
  function prefetch(partner: number): void {
    if (phase.value === 'ready' && !pages.opened.has(partner)) void pages.load(partner).catch(() => undefined);
  }

  function send(partner: number, text: string): void {
    signal.stop();
    outbox.add({ clientId: newClientId(), receiverId: partner, content: normalise(text) }, Date.now());
  }

  function retry(partner: number, clientId: string): void {
    const content = conversations.waitingContent(partner, clientId);
    if (content !== null) outbox.add({ clientId, receiverId: partner, content }, Date.now());
  }

  /** The newest message of the partner that the person can see; null when none is. */
  function inView(partner: number, upTo: number | null): void {
    if (upTo !== null && conversations.hasUnread(partner, upTo)) reporter.inView(partner, upTo);
    else reporter.inView(null, null);
  }

  /** Null: not known, as that of everybody while the connection is away. */
  function presenceOf(id: number): Presence | null {
    return cutOff.value || !people.isWritable(id) ? null : (people.presence.get(id) ?? null);
  }

  /** Calls `listener` for every message of a partner that comes in live and is unread; returns how to stop that. */
  function onArrival(listener: (arrival: Arrival) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    phase,
    failure,
    online,
    cutOff,
    presenceOf,
    arrival,
    onArrival,
    views: conversations.views,
    summaries: conversations.summaries,
    unreadTotal: conversations.unreadTotal,
    listed: conversations.complete,
    /** Partners whose newest page is there; of the others the newest message alone is. */
    opened: pages.opened,
    start,
    stop,
    loadOlder: (partner: number) => pages.load(partner),
    prefetch,
    send,
    retry,
    discard: (clientId: string) => outbox.remove(clientId),
    inView,
    setAttentive: (attentive: boolean) => reporter.setAttentive(attentive),
    /** Partners who type now. */
    typists: typists.ids,
    typed: (partner: number) => signal.typed(partner),
    stopTyping: () => signal.stop(),
    wake: () => link.wake(),
    probe: () => link.probe(),
    doubt: () => link.doubt(),
  };
});
