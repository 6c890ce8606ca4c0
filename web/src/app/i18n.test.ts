import { describe, expect, it } from 'vitest';
import { dayName, daysAgo, plural, t } from './i18n';

describe('texts', () => {
  it('fills in values as they are', () => {
    expect(t('composer.label', { name: '{name} $& <b>' })).toBe('Message to {name} $& <b>');
  });

  it('chooses the form by the number', () => {
    expect(plural('people.unread', 1)).toBe('1 unread message');
    expect(plural('people.unread', 1200)).toBe('1,200 unread messages');
  });
});

describe('days', () => {
  const evening = new Date(2024, 2, 30, 23, 59).getTime();
  const morning = new Date(2024, 2, 31, 0, 1).getTime();

  it('change at midnight of the viewer', () => {
    expect(daysAgo(evening, morning)).toBe(1);
    expect(dayName(evening, morning)).toBe('Yesterday');
    expect(dayName(morning, morning)).toBe('Today');
  });
});
