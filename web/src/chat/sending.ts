// Joins the queue to the conversations that show it, to the browser that keeps it, and to the other tabs.
import type { Conversations } from './conversations';
import { Outbox, type OutboxPorts } from './outbox';
import { IndexedQueue } from './queue_store';
import { openTabs } from './tabs';

export function openOutbox(conversations: Conversations, wire: Pick<OutboxPorts, 'emit' | 'unanswered'>): Outbox {
  const outbox: Outbox = new Outbox(
    {
      ...wire,
      queued({ receiverId, clientId, content, at, failure }) {
        conversations.change(receiverId, (log) => {
          log.addWaiting(clientId, content, at);
          if (failure !== null) log.setWaiting(clientId, 'failed', failure);
        });
      },
      changed: (draft, state, why) => conversations.change(draft.receiverId, (log) => log.setWaiting(draft.clientId, state, why)),
      accepted: (draft, ack) => conversations.change(draft.receiverId, (log) => log.accepted(draft.clientId, ack.id, ack.at)),
      removed: (draft) => conversations.change(draft.receiverId, (log) => log.removeWaiting(draft.clientId)),
    },
    new IndexedQueue(),
    openTabs((user, news) => outbox.heard(user, news)),
  );
  return outbox;
}
