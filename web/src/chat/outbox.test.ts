import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answerWithinMs, Outbox, type Draft, type SendResult } from './outbox';

const draft = (clientId: string): Draft => ({ clientId, receiverId: 3, content: clientId });
const ok = (id: number): SendResult => ({ ok: true, ack: { id, at: 0, duplicate: false } });
const no = (code: string, retryAfterMs: number | null = null): SendResult => ({ ok: false, failure: { code, retryAfterMs } });

function setUp() {
  const wire: { id: string; answer: (result: SendResult) => void }[] = [];
  const states: string[] = [];
  const outbox = new Outbox({
    emit: (it, answer) => wire.push({ id: it.clientId, answer }),
    changed: (it, state, failure) => states.push(`${it.clientId} ${state}${failure === null ? '' : ` ${failure}`}`),
    accepted: (it, ack) => states.push(`${it.clientId} stored ${ack.id}`),
  });
  const answer = (index: number, result: SendResult): void => wire[index]?.answer(result);
  const sent = (): string[] => wire.map((it) => it.id);
  return { outbox, states, answer, sent };
}

beforeEach(() => {
  vi.useFakeTimers();
});

describe('Outbox', () => {
  it('waits while there is no connection and then sends in order, one after the answer to the other', () => {
    const { outbox, states, answer, sent } = setUp();
    outbox.add(draft('a'));
    outbox.add(draft('b'));
    expect(sent()).toEqual([]);
    outbox.setOnline(true);
    expect(sent()).toEqual(['a']);
    answer(0, ok(1));
    expect(sent()).toEqual(['a', 'b']);
    answer(1, ok(2));
    expect(states).toEqual(['a queued', 'b queued', 'a sending', 'a stored 1', 'b sending', 'b stored 2']);
  });

  it('gives up after 5 s without an answer and goes on with the next', () => {
    const { outbox, states, sent } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    outbox.add(draft('b'));
    vi.advanceTimersByTime(answerWithinMs - 1);
    expect(states).not.toContain('a failed timeout');
    vi.advanceTimersByTime(1);
    expect(states).toContain('a failed timeout');
    expect(sent()).toEqual(['a', 'b']);
  });

  it('believes an answer that comes late', () => {
    const { outbox, states, answer } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    vi.advanceTimersByTime(answerWithinMs);
    answer(0, ok(4));
    expect(states.at(-1)).toBe('a stored 4');
  });

  it('does not send again what a late answer already stored', () => {
    const { outbox, answer, sent } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    vi.advanceTimersByTime(answerWithinMs);
    outbox.add(draft('b'));
    outbox.add(draft('a')); // retried, waits behind b
    answer(0, ok(4));
    answer(1, ok(5));
    expect(sent()).toEqual(['a', 'b']);
  });

  it('sends again under the same client id after the connection broke', () => {
    const { outbox, states, sent } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    outbox.setOnline(false);
    expect(states.at(-1)).toBe('a queued');
    vi.advanceTimersByTime(answerWithinMs * 2);
    expect(states.at(-1)).toBe('a queued');
    outbox.setOnline(true);
    expect(sent()).toEqual(['a', 'a']);
  });

  it('waits as long as it is told when it was too quick, then sends the same one first', () => {
    const { outbox, answer, sent } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    outbox.add(draft('b'));
    answer(0, no('rate_limited', 3000));
    vi.advanceTimersByTime(2999);
    expect(sent()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(sent()).toEqual(['a', 'a']);
  });

  it('reports why the server refused', () => {
    const { outbox, states, answer } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    answer(0, no('receiver_not_found'));
    expect(states.at(-1)).toBe('a failed receiver_not_found');
  });

  it('does not send what was taken back', () => {
    const { outbox, answer, sent } = setUp();
    outbox.setOnline(true);
    outbox.add(draft('a'));
    outbox.add(draft('b'));
    outbox.remove('b');
    answer(0, ok(1));
    expect(sent()).toEqual(['a']);
  });
});
