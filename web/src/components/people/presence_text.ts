// What is said of somebody's presence, in words.
import type { Presence } from '@/api/types';
import { ago, t } from '@/app/i18n';

const justNowMs = 60_000;

/** Null: nothing is known. */
export function presenceText(presence: Presence | null, now: number): string | null {
  if (presence === null) return null;
  if (presence.online) return t('presence.online');
  if (presence.lastSeenAt === null) return t('presence.offline');
  if (now - presence.lastSeenAt < justNowMs) return t('presence.seen_now');
  return t('presence.seen', { when: ago(presence.lastSeenAt, now) });
}
