// The keys that work everywhere in the chat. Says which command a key means; what it does is the page's matter.
import { onScopeDispose } from 'vue';

export type Command = 'switch' | 'help' | 'next' | 'previous' | 'next_unread' | 'previous_unread' | 'leave';

export type KeyStroke = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'>;

/** Null: not ours. By the place of the key where a layout would change its letter. */
export function commandOf(stroke: KeyStroke): Command | null {
  if (stroke.defaultPrevented || stroke.isComposing) return null;
  const control = (stroke.ctrlKey || stroke.metaKey) && !stroke.altKey;
  if (control && !stroke.shiftKey && (stroke.key.toLowerCase() === 'k' || (stroke.code === 'KeyK' && !/^[a-z]$/i.test(stroke.key)))) return 'switch';
  // On many layouts the slash needs Shift.
  if (control && stroke.key === '/') return 'help';
  if (stroke.altKey && !stroke.ctrlKey && !stroke.metaKey) {
    if (stroke.key === 'ArrowDown') return stroke.shiftKey ? 'next_unread' : 'next';
    if (stroke.key === 'ArrowUp') return stroke.shiftKey ? 'previous_unread' : 'previous';
  }
  const bare = !stroke.ctrlKey && !stroke.metaKey && !stroke.altKey && !stroke.shiftKey;
  return bare && stroke.key === 'Escape' ? 'leave' : null;
}

export function useShortcuts(run: (command: Command) => void): void {
  const listen = (event: KeyboardEvent): void => {
    // An open dialog or menu has its own keys.
    const command = document.querySelector('dialog[open], [role="menu"]') === null ? commandOf(event) : null;
    if (command === null) return;
    event.preventDefault();
    run(command);
  };
  window.addEventListener('keydown', listen);
  onScopeDispose(() => window.removeEventListener('keydown', listen));
}
