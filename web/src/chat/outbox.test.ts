import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answerWithinMs, Outbox, type Draft, type News, type Queued, type QueueStore, type SendResult, type Tabs } from './outbox';

const user = 7;
const draft = (clientId: string): Draft => ({ clientId, receiverId: 3, content: clientId });
const ok = (id: number): SendResult => ({ ok: true, ack: { id, at: 0, duplicate: false } });
const no = (code: string, retryAfterMs: number | null = null): SendResult => ({ ok: false, failure: { code, retryAfterMs } });

/** What a browser keeps for all its tabs. */
class Shelf implements QueueStore {
  rows: Queued[] = [];
  broken = false;
  private check(): Promise<void> {
    return this.broken ? Promise.reject(new Error('full')) : Promise.resolve();
  }
  async load(): Promise<Queued[]> {
    await this.check();
    return [...this.rows];
  }
  async add(_: number, message: Queued): Promise<void> {
    await this.check();
    this.rows = [...this.rows.filter((it) => it.clientId !== message.clientId), message];
  }
  async setFailure(_: number, clientId: string, failure: string): Promise<void> {
    await this.check();
    this.rows = this.rows.map((it) => (it.clientId === clientId ? { ...it, failure } : it));
  }
  async remove(_: number, clientId: string): Promise<void> {
    await this.check();
    this.rows = this.rows.filter((it) => it.clientId !== clientId);
  }
}

/** Tabs of one browser: they hear each other, and take turns. */
class Browser {
  readonly shelf = new Shelf();
  refuses = false;
  private readonly listeners: ((news: News) => void)[] = [];
  private turn: Promise<void> = Promise.resolve();

  tab() {
    const wire: { id: string; answer: (result: SendResult) => void }[] = [];
    const states: string[] = [];
    let unanswered = 0;
    const tabs: Tabs = {
      tell: (_, news) => this.listeners.forEach((listen) => listen !== heard && listen(news)),
      alone: (_, work) => (this.refuses ? Promise.reject(new Error('no lock')) : (this.turn = this.turn.then(work))),
    };
    const outbox = new Outbox(
      {
        emit: (it, answer) => wire.push({ id: it.clientId, answer }),
        unanswered: () => (unanswered += 1),
        queued: (it) => states.push(`${it.clientId} ${it.failure === null ? 'queued' : 'failed'}`),
        changed: (it, state, failure) => states.push(`${it.clientId} ${state}${failure === null ? '' : ` ${failure}`}`),
        accepted: (it, ack) => states.push(`${it.clientId} stored ${ack.id}`),
        removed: (it) => states.push(`${it.clientId} removed`),
      },
      this.shelf,
      tabs,
    );
    const heard = (news: News): void => outbox.heard(user, news);
    this.listeners.push(heard);
    return {
      outbox,
      states,
      add: (clientId: string) => outbox.add(draft(clientId), 1),
      answer: (index: number, result: SendResult) => wire[index]?.answer(result),
      sent: () => wire.map((it) => it.id),
      unanswered: () => unanswered,
    };
  }
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function setUp({ online = true, browser = new Browser() } = {}) {
  const tab = browser.tab();
  await tab.outbox.open(user);
  tab.outbox.setOnline(online);
  return { ...tab, browser };
}

beforeEach(() => {
  vi.useFakeTimers();
});

describe('Outbox', () => {
  it('waits while there is no connection and then sends in order, one after the answer to the other', async () => {
    const { outbox, states, add, answer, sent, browser } = await setUp({ online: false });
    add('a');
    add('b');
    await settle();
    expect(sent()).toEqual([]);
    outbox.setOnline(true);
    await settle();
    expect(sent()).toEqual(['a']);
    answer(0, ok(1));
    await settle();
    expect(sent()).toEqual(['a', 'b']);
    answer(1, ok(2));
    await settle();
    expect(states).toEqual(['a queued', 'b queued', 'a sending', 'a stored 1', 'b sending', 'b stored 2']);
    expect(browser.shelf.rows).toEqual([]);
  });

  it('shows what is added at once, before anything was kept', async () => {
    const { add, states } = await setUp();
    add('a');
    expect(states).toEqual(['a queued']);
  });

  it('gives up after 5 s without an answer, has the connection looked at, and goes on with the next', async () => {
    const { states, add, sent, unanswered } = await setUp();
    add('a');
    add('b');
    await vi.advanceTimersByTimeAsync(answerWithinMs - 1);
    expect(states).not.toContain('a failed timeout');
    expect(unanswered()).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(states).toContain('a failed timeout');
    expect(unanswered()).toBe(1);
    expect(sent()).toEqual(['a', 'b']);
  });

  it('believes an answer that comes late', async () => {
    const { states, add, answer } = await setUp();
    add('a');
    await vi.advanceTimersByTimeAsync(answerWithinMs);
    answer(0, ok(4));
    expect(states.at(-1)).toBe('a stored 4');
  });

  it('does not send again what a late answer already stored', async () => {
    const { add, answer, sent } = await setUp();
    add('a');
    await vi.advanceTimersByTimeAsync(answerWithinMs);
    add('b');
    add('a'); // retried, waits behind b
    await settle();
    answer(0, ok(4));
    answer(1, ok(5));
    await settle();
    expect(sent()).toEqual(['a', 'b']);
  });

  it('sends again under the same client id after the connection broke', async () => {
    const { outbox, states, add, sent } = await setUp();
    add('a');
    await settle();
    outbox.setOnline(false);
    expect(states.at(-1)).toBe('a queued');
    await vi.advanceTimersByTimeAsync(answerWithinMs * 2);
    expect(states.at(-1)).toBe('a queued');
    outbox.setOnline(true);
    await settle();
    expect(sent()).toEqual(['a', 'a']);
  });

  it('waits as long as it is told when it was too quick, then sends the same one first', async () => {
    const { add, answer, sent } = await setUp();
    add('a');
    add('b');
    await settle();
    answer(0, no('rate_limited', 3000));
    await vi.advanceTimersByTimeAsync(2999);
    expect(sent()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent()).toEqual(['a', 'a']);
  });

  it('reports why the server refused', async () => {
    const { states, add, answer } = await setUp();
    add('a');
    await settle();
    answer(0, no('receiver_not_found'));
    expect(states.at(-1)).toBe('a failed receiver_not_found');
  });

  it('does not send what was taken back', async () => {
    const { outbox, add, answer, sent } = await setUp();
    add('a');
    add('b');
    await settle();
    outbox.remove('b');
    answer(0, ok(1));
    await settle();
    expect(sent()).toEqual(['a']);
  });

  it('does not send again what came back from the server although the answer was lost', async () => {
    const { outbox, states, add, sent } = await setUp();
    add('a');
    await settle();
    outbox.setOnline(false);
    outbox.stored('a', { id: 4, at: 0, duplicate: true });
    outbox.setOnline(true);
    await settle();
    expect(states.at(-1)).toBe('a stored 4');
    expect(sent()).toEqual(['a']);
  });

  it('finds after a reload what was left, in order, failures included, and sends what waits', async () => {
    const { browser, add } = await setUp({ online: false });
    for (const id of ['a', 'b', 'c']) add(id);
    await settle();
    await browser.shelf.setFailure(user, 'b', 'timeout');
    const { states, answer, sent } = await setUp({ browser: Object.assign(new Browser(), { shelf: browser.shelf }) });
    await settle();
    expect(states.slice(0, 3)).toEqual(['a queued', 'b failed', 'c queued']);
    answer(0, ok(1));
    await settle();
    expect(sent()).toEqual(['a', 'c']);
  });

  it('sends although nothing can be kept', async () => {
    const browser = new Browser();
    browser.shelf.broken = true;
    const { add, answer, sent } = await setUp({ browser });
    add('a');
    add('b');
    await settle();
    answer(0, ok(1));
    await settle();
    expect(sent()).toEqual(['a', 'b']);
  });

  it('tries again with the next message when the browser gave it no turn', async () => {
    const browser = new Browser();
    const { add, sent } = await setUp({ browser });
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    browser.refuses = true;
    add('a');
    await settle();
    expect(sent()).toEqual([]);
    expect(warned).toHaveBeenCalledOnce();
    browser.refuses = false;
    add('b');
    await settle();
    expect(sent()).toEqual(['a']);
  });

  it('forgets with the log-out and keeps for the next log-in', async () => {
    const { outbox, add, sent, browser } = await setUp({ online: false });
    add('a');
    await settle();
    outbox.close();
    outbox.setOnline(true);
    await settle();
    expect(sent()).toEqual([]);
    expect(browser.shelf.rows).toHaveLength(1);
  });
});

describe('Outbox in two tabs', () => {
  it('sends in one of them, and shows in the other what became of it', async () => {
    const { browser, ...first } = await setUp();
    const second = await setUp({ browser });
    first.add('a');
    await settle();
    second.add('b');
    await settle();
    expect([first.sent(), second.sent()]).toEqual([['a'], []]);
    first.answer(0, ok(1));
    await settle();
    const wire = [...first.sent(), ...second.sent()];
    expect(wire).toEqual(['a', 'b']);
    expect(second.states).toContain('a stored 1');
  });

  it('sends what a tab without a connection wrote', async () => {
    const { browser, ...first } = await setUp({ online: false });
    const second = await setUp({ browser });
    first.add('a');
    await settle();
    expect(second.sent()).toEqual(['a']);
    second.answer(0, no('storage_unavailable'));
    await settle();
    expect(first.states).toEqual(['a queued', 'a failed storage_unavailable']);
  });

  it('takes back in both', async () => {
    const { browser, ...first } = await setUp({ online: false });
    const second = await setUp({ browser, online: false });
    first.add('a');
    await settle();
    second.outbox.remove('a');
    expect(first.states.at(-1)).toBe('a removed');
    first.outbox.setOnline(true);
    await settle();
    expect(first.sent()).toEqual([]);
  });
});
