import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '@/api/types';
import { ConversationLog } from './log';

const me = 7;
const partner = 3;

function message(id: number, fields: Partial<ChatMessage> = {}): ChatMessage {
  return { id, senderId: partner, receiverId: me, content: `m${id}`, at: id * 1000, read: false, clientId: null, ...fields };
}
const own = (id: number, fields: Partial<ChatMessage> = {}): ChatMessage =>
  message(id, { senderId: me, receiverId: partner, ...fields });
const ids = (log: ConversationLog): (number | null)[] => log.view().entries.map((entry) => entry.id);
const states = (log: ConversationLog): string[] => log.view().entries.map((entry) => entry.state);

describe('ConversationLog', () => {
  it('keeps messages in the order of their ids, however they arrive', () => {
    const log = new ConversationLog(me, partner, false);
    log.merge([message(5), message(9)]);
    log.merge([message(7)]);
    log.merge([message(1), message(2)]);
    expect(ids(log)).toEqual([1, 2, 5, 7, 9]);
    expect(log.oldestId).toBe(1);
  });

  it('takes a message that comes again only once, and says what was new', () => {
    const log = new ConversationLog(me, partner, false);
    expect(log.merge([message(5)])).toHaveLength(1);
    expect(log.merge([message(5)])).toHaveLength(0);
    expect(ids(log)).toEqual([5]);
  });

  it('counts what the partner wrote and I have not read', () => {
    const log = new ConversationLog(me, partner, false);
    log.merge([message(1, { read: true }), message(2), own(3), message(4)]);
    expect(log.view().unread).toBe(2);
    log.markReadByMe(2);
    expect(log.view().unread).toBe(1);
    log.markReadByMe(null);
    expect(log.view().unread).toBe(0);
  });

  it('moves a message from waiting to stored under one key', () => {
    const log = new ConversationLog(me, partner, true);
    log.addWaiting('c1', 'hello', 1);
    const key = log.view().entries[0]?.key;
    log.accepted('c1', 12, 2);
    expect(log.view().entries).toMatchObject([{ key, id: 12, state: 'sent', content: 'hello' }]);
  });

  it('holds one copy when the message comes back live before its acknowledgement', () => {
    const log = new ConversationLog(me, partner, true);
    log.addWaiting('c1', 'hello', 1);
    log.merge([own(12, { clientId: 'c1' })]);
    log.accepted('c1', 12, 2);
    expect(ids(log)).toEqual([12]);
  });

  it('shows what waits below everything stored', () => {
    const log = new ConversationLog(me, partner, true);
    log.addWaiting('c1', 'later', 1);
    log.merge([message(30)]);
    expect(ids(log)).toEqual([30, null]);
  });

  it('does not let wait what is stored already', () => {
    const log = new ConversationLog(me, partner, true);
    log.merge([own(12, { clientId: 'c1' })]);
    log.addWaiting('c1', 'hello', 1);
    expect(ids(log)).toEqual([12]);
  });

  it('never takes back that a message was read', () => {
    const log = new ConversationLog(me, partner, true);
    log.merge([own(1, { read: true })]);
    log.merge([own(1, { read: false })]);
    expect(states(log)).toEqual(['read']);
  });

  it('marks only my messages, and only up to the id that was read', () => {
    const log = new ConversationLog(me, partner, true);
    log.merge([own(1), message(2), own(3)]);
    log.markReadByPartner(2);
    expect(states(log)).toEqual(['read', 'sent', 'sent']);
  });

  it('remembers a read mark that overtook the acknowledgement', () => {
    const log = new ConversationLog(me, partner, true);
    log.addWaiting('c1', 'hello', 1);
    log.markReadByPartner(12);
    log.accepted('c1', 12, 2);
    expect(states(log)).toEqual(['read']);
  });

  it('keeps what waits when everything stored is loaded anew', () => {
    const log = new ConversationLog(me, partner, true);
    log.merge([message(1)]);
    log.addWaiting('c1', 'hello', 1);
    log.reset(false);
    expect(log.view()).toMatchObject({ complete: false, unread: 0, entries: [{ clientId: 'c1' }] });
  });

  it('puts a retried message behind the others that wait', () => {
    const log = new ConversationLog(me, partner, true);
    log.addWaiting('a', 'first', 1);
    log.addWaiting('b', 'second', 2);
    log.addWaiting('a', 'first', 3);
    expect(log.view().entries.map((entry) => entry.content)).toEqual(['second', 'first']);
  });
});
