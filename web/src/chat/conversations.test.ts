import { describe, expect, it, vi } from 'vitest';
import { watchEffect } from 'vue';
import type { ChatMessage, Conversation } from '@/api/types';
import { Conversations } from './conversations';

const me = 7;
const partner = 3;
const message = (id: number, senderId: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id,
  senderId,
  receiverId: senderId === me ? partner : me,
  content: `m${id}`,
  at: id * 1000,
  read: false,
  clientId: null,
  ...more,
});
const listed = (last: ChatMessage, unread: number): Conversation => ({
  partner: { id: partner, name: 'Maya', role: 'user', presence: { online: false, lastSeenAt: null } },
  last,
  unread,
});

function conversations(doubtful: (partner: number) => void = () => undefined): Conversations {
  const all = new Conversations(doubtful);
  all.clear(me);
  return all;
}

describe('Conversations', () => {
  it('counts what is unread beyond what is here', () => {
    const all = conversations();
    all.list([listed(message(50, partner), 5)]);
    expect(all.summaries.value.get(partner)).toMatchObject({ unread: 5, at: 50_000 });
    all.receive(message(51, partner));
    expect(all.unreadTotal.value).toBe(6);
  });

  it('counts a message once when its page comes in', () => {
    const all = conversations();
    all.list([listed(message(50, partner), 3)]);
    all.prepend(partner, [message(48, partner, { read: true }), message(49, partner)], false);
    expect(all.unreadTotal.value).toBe(3);
    all.prepend(partner, [message(40, partner)], true);
    expect(all.unreadTotal.value).toBe(3);
  });

  it('does not count twice what came in before the answer that counted it', () => {
    const all = conversations();
    all.receive(message(51, partner));
    all.receive(message(52, partner));
    all.list([listed(message(51, partner), 4)]);
    expect(all.unreadTotal.value).toBe(5);
  });

  it('is read altogether once a mark reaches what is here', () => {
    const all = conversations();
    all.list([listed(message(50, partner), 5)]);
    all.read({ senderId: partner, receiverId: me, upTo: 50 });
    expect(all.unreadTotal.value).toBe(0);
  });

  it('is in doubt when a mark ends below what is here, or when somebody unlisted writes', () => {
    const doubtful = vi.fn();
    const all = conversations(doubtful);
    all.receive(message(50, partner));
    expect(doubtful).toHaveBeenCalledTimes(1);
    all.list([listed(message(50, partner), 5)]);
    all.read({ senderId: partner, receiverId: me, upTo: 20 });
    expect(doubtful).toHaveBeenCalledTimes(2);
    expect(doubtful).toHaveBeenLastCalledWith(partner);
  });

  it('knows since when the partner waits: the first message that nothing of mine follows', () => {
    const all = conversations();
    all.list([listed(message(50, partner), 1)]);
    all.receive(message(51, partner));
    expect(all.summaries.value.get(partner)?.waitingSince).toBe(50_000);
    all.receive(message(52, me));
    expect(all.summaries.value.get(partner)?.waitingSince).toBeNull();
  });

  it('takes a conversation for empty once all are listed and it is not among them', () => {
    const all = conversations();
    all.change(partner, () => undefined);
    expect(all.isComplete(partner)).toBe(false);
    all.listedAll();
    expect([all.isComplete(partner), all.isComplete(99)]).toEqual([true, true]);
  });

  it('keeps what waits to be sent when the list begins anew', () => {
    const all = conversations();
    all.list([listed(message(50, partner), 5)]);
    all.change(partner, (log) => log.addWaiting('c', 'later', 60_000));
    all.reset();
    expect(all.views.get(partner)?.entries.map((entry) => entry.content)).toEqual(['later']);
    expect(all.unreadTotal.value).toBe(0);
  });

  it('tells whoever looks at the summaries of every change', () => {
    const all = conversations();
    let seen = -1;
    watchEffect(
      () => {
        seen = all.summaries.value.get(partner)?.unread ?? 0;
      },
      { flush: 'sync' },
    );
    all.list([listed(message(50, partner), 5)]);
    expect(seen).toBe(5);
    all.read({ senderId: partner, receiverId: me, upTo: null });
    expect(seen).toBe(0);
  });
});
