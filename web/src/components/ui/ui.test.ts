import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import ChoiceCards from './ChoiceCards.vue';
import LazyMenu from './LazyMenu.vue';
import ModalDialog from './ModalDialog.vue';
import TextField from './TextField.vue';

beforeEach(() => {
  document.body.replaceChildren();
});

describe('ModalDialog', () => {
  const open = (stays: boolean) =>
    mount(ModalDialog, { props: { title: 'Sure?', text: 'It is for good.', stays }, attachTo: document.body });

  it('48: has its title for a name and its text for a description', () => {
    const dialog = open(false).get('dialog');
    for (const [attribute, text] of [
      ['aria-labelledby', 'Sure?'],
      ['aria-describedby', 'It is for good.'],
    ] as const) {
      expect(document.getElementById(dialog.attributes(attribute) ?? '')?.textContent).toBe(text);
    }
  });

  it('is left with Esc or its button', async () => {
    const it = open(false);
    await it.get('dialog').trigger('cancel');
    await it.get('button').trigger('click');
    expect(it.emitted('close')).toHaveLength(2);
  });

  it('39: stays when it has to, even if the browser has closed it', async () => {
    const it = open(true);
    await it.get('dialog').trigger('cancel');
    it.get('dialog').element.close();
    await flushPromises();
    expect(it.get('dialog').element.open).toBe(true);
    expect(it.emitted('close')).toBeUndefined();
    expect(it.find('button').exists()).toBe(false);
  });
});

describe('LazyMenu', () => {
  const menu = { props: { opened: Boolean }, template: '<p>{{ opened ? "open" : "closed" }}</p>' };
  const failed = vi.fn();
  const button = (load: () => Promise<{ default: object }>) =>
    mount(LazyMenu, { props: { label: 'Account', load }, attachTo: document.body, global: { config: { errorHandler: failed } } });

  it('loads nothing before somebody reaches for it, and opens what it loaded', async () => {
    const load = vi.fn(() => Promise.resolve({ default: menu }));
    const it = button(load);
    expect(load).not.toHaveBeenCalled();
    expect(it.get('button').attributes()).toMatchObject({ 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
    await it.get('button').trigger('keydown', { key: 'ArrowDown' });
    await flushPromises();
    expect(it.text()).toBe('open');
  });

  it('stays a button when its part is gone with an old release', async () => {
    const it = button(() => Promise.resolve(undefined as unknown as { default: object }));
    await it.get('button').trigger('click');
    await flushPromises();
    expect(it.find('button').exists()).toBe(true);
    expect(failed).not.toHaveBeenCalled();
  });
});

describe('ChoiceCards', () => {
  it('48: is a group of radio buttons with names, hints and the error', async () => {
    const choices = [
      { value: 'user', title: 'Customer', hint: 'I ask.' },
      { value: 'admin', title: 'Admin', hint: 'I answer.' },
    ];
    const it = mount(ChoiceCards<string>, { props: { modelValue: 'user', legend: 'I am', choices, error: 'Not now.' }, attachTo: document.body });
    const described = (of: string) => document.getElementById(of)?.textContent;
    expect(it.findAll('input').map((radio) => [radio.attributes('aria-label'), described(radio.attributes('aria-describedby') ?? '')])).toEqual([
      ['Customer', 'I ask.'],
      ['Admin', 'I answer.'],
    ]);
    expect(described(it.get('fieldset').attributes('aria-describedby') ?? '')).toBe('Not now.');
    await it.get('input[value=admin]').setValue();
    expect(it.emitted('update:modelValue')).toEqual([['admin']]);
  });
});

describe('TextField', () => {
  it('44: tells what is wrong where it is wrong', () => {
    const it = mount(TextField, { props: { modelValue: '', label: 'Name', type: 'text', autocomplete: 'name', hint: 'In full.', error: 'Missing.' } });
    const input = it.get('input');
    expect(input.attributes('aria-invalid')).toBe('true');
    expect(it.get(`#${input.attributes('aria-describedby') ?? ''}`).text()).toBe('Missing.');
    expect(it.get('label').attributes('for')).toBe(input.attributes('id'));
  });
});
