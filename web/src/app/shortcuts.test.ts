import { describe, expect, it } from 'vitest';
import { commandOf, type KeyStroke } from './shortcuts';

const stroke = (fields: Partial<KeyStroke>): KeyStroke => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  defaultPrevented: false,
  ...fields,
});

describe('commandOf', () => {
  it.each([
    [{ key: 'k', ctrlKey: true }, 'switch'],
    [{ key: 'K', metaKey: true }, 'switch'],
    [{ key: 'л', code: 'KeyK', ctrlKey: true }, 'switch'],
    [{ key: '/', ctrlKey: true }, 'help'],
    [{ key: '/', ctrlKey: true, shiftKey: true }, 'help'],
    [{ key: 'ArrowDown', altKey: true }, 'next'],
    [{ key: 'ArrowUp', altKey: true, shiftKey: true }, 'previous_unread'],
    [{ key: 'Escape' }, 'leave'],
  ] as const)('knows %o as %s', (fields, command) => {
    expect(commandOf(stroke(fields))).toBe(command);
  });

  it.each([
    [{ key: 'k' }],
    [{ key: 'k', ctrlKey: true, shiftKey: true }],
    [{ key: 'j', code: 'KeyK', ctrlKey: true }],
    [{ key: 'ArrowDown' }],
    [{ key: 'ArrowDown', altKey: true, ctrlKey: true }],
    [{ key: 'Escape', isComposing: true }],
    [{ key: 'Escape', defaultPrevented: true }],
  ])('leaves %o to others', (fields) => {
    expect(commandOf(stroke(fields))).toBeNull();
  });
});
