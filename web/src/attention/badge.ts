// What a tab says of itself when it is not in front: the count of unread messages in its title, a dot in its picture.
import { onScopeDispose, watchEffect } from 'vue';
import { number } from '@/app/i18n';

const plain = '/favicon.svg';
const dotted = '/favicon_unread.svg';

function setIcon(href: string): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link !== null && link.getAttribute('href') !== href) link.href = href;
}

export function useTabBadge(title: () => string, unread: () => number): void {
  watchEffect(() => {
    document.title = unread() > 0 ? `(${number(unread())}) ${title()}` : title();
  });
  watchEffect(() => setIcon(unread() > 0 ? dotted : plain));
  onScopeDispose(() => setIcon(plain));
}
