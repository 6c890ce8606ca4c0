// The server's rules for a new account, told before the form is sent. The server decides all the same.
import type { TextKey } from '@/app/i18n';

export function checkName(name: string): TextKey | undefined {
  const length = Array.from(name.trim()).length;
  return length >= 1 && length <= 100 ? undefined : 'auth.error.name';
}

export function checkEmail(email: string): TextKey | undefined {
  return email.length <= 100 && /^[^\s@]+@[^\s@]+$/u.test(email) ? undefined : 'auth.error.email';
}

export function checkNewPassword(password: string): TextKey | undefined {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < 8) return 'auth.error.password_short';
  return bytes > 128 ? 'auth.error.password_long' : undefined;
}
