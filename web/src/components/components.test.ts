import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { describe, expect, it } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import type { Summary } from '@/chat/conversations';
import type { Entry } from '@/chat/log';
import MessageBubble from './conversation/MessageBubble.vue';
import MessageComposer from './conversation/MessageComposer.vue';
import PersonRow from './people/PersonRow.vue';

function entry(fields: Partial<Entry> = {}): Entry {
  return { key: 'k', id: 1, clientId: 'c', mine: true, content: 'hi', at: 0, state: 'sent', failure: null, ...fields };
}

describe('MessageBubble', () => {
  const bubble = (fields: Partial<Entry>) => mount(MessageBubble, { props: { entry: entry(fields), author: 'Maya', opens: true, closes: true } });

  it.each([
    ['queued', 'Queued'],
    ['sending', 'Sending'],
    ['sent', 'Sent'],
    ['read', 'Read'],
  ] as const)('says that one of mine is %s in words', (state, text) => {
    expect(bubble({ state }).text()).toContain(text);
  });

  it('says nothing of delivery on what the partner wrote', () => {
    expect(bubble({ mine: false, state: 'read' }).text()).not.toContain('Read');
  });

  it('offers to retry or delete what was not sent, with the reason', async () => {
    const it = bubble({ state: 'failed', failure: 'storage_unavailable', id: null });
    expect(it.text()).toContain('Not sent: the server cannot store messages right now');
    const [retry, remove] = it.findAll('button');
    await retry?.trigger('click');
    await remove?.trigger('click');
    expect(Object.keys(it.emitted())).toEqual(expect.arrayContaining(['retry', 'discard']));
  });

  it('shows markup as the text it is', () => {
    const it = bubble({ content: '<img src=x onerror=alert(1)><b>b</b>' });
    expect(it.find('img').exists()).toBe(false);
    expect(it.text()).toContain('<img src=x onerror=alert(1)><b>b</b>');
  });

  it('opens links without handing over anything', () => {
    const link = bubble({ content: 'see https://x.example/a' }).get('a');
    expect(link.attributes()).toMatchObject({ href: 'https://x.example/a', rel: 'noopener noreferrer nofollow' });
  });
});

describe('MessageComposer', () => {
  const composer = (text: string) => mount(MessageComposer, { props: { modelValue: text, name: 'Maya', focus: false } });

  it('sends with Enter and is empty then', async () => {
    const it = composer('hello');
    await it.get('textarea').trigger('keydown', { key: 'Enter' });
    expect(it.emitted('send')).toEqual([['hello']]);
    expect(it.emitted('update:modelValue')?.at(-1)).toEqual(['']);
  });

  it('breaks the line with Shift+Enter, and leaves Enter to an input method', async () => {
    const it = composer('hello');
    await it.get('textarea').trigger('keydown', { key: 'Enter', shiftKey: true });
    await it.get('textarea').trigger('keydown', { key: 'Enter', isComposing: true });
    expect(it.emitted('send')).toBeUndefined();
  });

  it('sends no blanks', async () => {
    const it = composer('  \n');
    await it.get('form').trigger('submit');
    expect(it.emitted('send')).toBeUndefined();
  });

  it('counts when the end is near', () => {
    expect(composer('a'.repeat(16_383)).text()).toContain('1 character left');
    expect(composer('a'.repeat(16_386)).text()).toContain('2 characters too long');
  });
});

describe('PersonRow', () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/c/:id', name: 'conversation', component: {} }] });
  const row = (summary: Partial<Summary>) =>
    mount(PersonRow, {
      global: { plugins: [router, createPinia()] },
      props: {
        now: 0,
        row: { id: 3, person: { id: 3, name: 'Maya', role: 'admin' }, summary: { last: null, at: 0, unread: 0, waitingSince: null, ...summary } },
      },
    });

  it('is a link with name and unread count in its words', () => {
    const link = row({ unread: 3, last: entry({ mine: false }) }).get('a');
    expect(link.text()).toContain('Maya');
    expect(link.text()).toContain('3 unread messages');
    expect(link.attributes('href')).toBe('/c/3');
  });

  it('shows at most 99+', () => {
    expect(row({ unread: 120, last: entry({ mine: false }) }).text()).toContain('99+');
  });

  it('says who wrote last', () => {
    expect(row({ last: entry({ content: 'see you' }) }).text()).toContain('You: see you');
  });

  it('lets what was written run in its own direction, apart from who wrote it', () => {
    expect(row({ last: entry({ content: 'see you' }) }).get('[dir=auto]').text()).toBe('see you');
  });
});
