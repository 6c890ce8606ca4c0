import type { Page } from '@playwright/test';
import { account, bubble, expect, history, openConversation, say, signIn, test, type Windows } from './support/fixtures.ts';
import { Network } from './support/network.ts';
import type { Account } from './support/people.ts';
import type { Server } from './support/server.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: /Message/ });

/** A customer in front of a conversation, by WebSocket; the admin has no window yet. */
async function customer(windows: Windows, server: Server): Promise<{ page: Page; network: Network; user: Account; admin: Account }> {
  const admin = await account(server, 'Ines', 'admin');
  const user = await account(server, 'Otto', 'user');
  const page = await windows.open();
  const network = await Network.of(page.context());
  await signIn(page, user);
  await openConversation(page, admin);
  await expect.poll(() => network.upgraded).toBe(true);
  return { page, network, user, admin };
}

async function open(windows: Windows, person: Account, partner: Account): Promise<Page> {
  const page = await windows.open();
  await signIn(page, person);
  await page.goto(`/c/${partner.id}`);
  await expect(page.getByRole('heading', { name: partner.name })).toBeVisible();
  return page;
}

test('1: the bubble stands there in the next frame with a clock; the composer is empty and keeps the focus', async ({ windows, server }) => {
  const { page, network } = await customer(windows, server);
  network.keepAnswers();
  await composer(page).fill('quick');
  const nextFrame = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const look = (): void => resolve(document.querySelector('[role=log]')?.textContent ?? '');
        document.addEventListener('keydown', () => requestAnimationFrame(look), { once: true });
      }),
  );
  await composer(page).press('Enter');
  expect(await nextFrame).toMatch(/quick.*(Queued|Sending)/s);
  await expect(bubble(page, 'quick')).toContainText('Sending');
  await expect(composer(page)).toHaveValue('');
  await expect(composer(page)).toBeFocused();
  // By the button as well.
  await composer(page).fill('by button');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(composer(page)).toBeFocused();
  network.letAnswersGo();
  await expect(bubble(page, 'by button')).toContainText('Sent');
});

test('2: without an acknowledgement it says so; a retry keeps the client id and leaves one copy on both sides', async ({ windows, server }) => {
  const { page, network, user, admin } = await customer(windows, server);
  const other = await open(windows, admin, user);
  network.keepAnswers();
  await say(page, 'lost and found');
  await expect(bubble(page, 'lost and found')).toContainText('Not sent', { timeout: 15_000 });
  network.letAnswersGo({ lost: true });
  await bubble(page, 'lost and found').getByRole('button', { name: 'Retry' }).click();
  await expect(bubble(page, 'lost and found')).toContainText(/Sent|Read/);
  await say(page, 'the next one');
  await expect(bubble(other, 'the next one')).toBeVisible();
  for (const side of [page, other]) await expect(bubble(side, 'lost and found')).toHaveCount(1);
  const [first, again] = network.bodies('smessage');
  expect(again).toEqual(first);
  await page.reload();
  await expect(bubble(page, 'lost and found')).toHaveCount(1);
});

test('2: a message that is refused says why, and can be deleted', async ({ windows, server }) => {
  const { page, admin } = await customer(windows, server);
  await account(server, 'Jo', 'admin'); // The last one could not be disabled.
  await server.command('user', 'disable', admin.email);
  await say(page, 'to nobody');
  await expect(bubble(page, 'to nobody')).toContainText('Not sent: this person cannot be written to');
  await bubble(page, 'to nobody').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('to nobody')).toHaveCount(0);
});

test('3: ticks go from clock to sent to read, in words and colour, and never back', async ({ windows, server }) => {
  const { page, network, user, admin } = await customer(windows, server);
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const state = /Queued|Sending|Sent|Read|Not sent/.exec(document.querySelector('[role=log]')?.textContent ?? '')?.[0];
      if (state !== undefined && seen.at(-1) !== state) seen.push(state);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const icon = bubble(page, 'watch me').locator('svg');
  const colour = () => icon.evaluate((it) => getComputedStyle(it).color);
  const forms = new Set<string>();
  const look = async () => forms.add(await icon.innerHTML());
  network.keepAnswers();
  await say(page, 'watch me');
  await expect(bubble(page, 'watch me')).toContainText('Sending');
  await look();
  network.letAnswersGo();
  await expect(bubble(page, 'watch me')).toContainText('Sent');
  await look();
  const sent = await colour();
  await open(windows, admin, user);
  await expect(bubble(page, 'watch me')).toContainText('Read');
  expect(await colour()).not.toBe(sent);
  await look();
  expect(forms.size, 'clock, one tick, two ticks').toBe(3);
  // What the server tells again after a break takes nothing back.
  await network.cut();
  network.mend();
  await say(page, 'after');
  await expect(bubble(page, 'after')).toContainText(/Sent|Read/, { timeout: 20_000 });
  const states = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  const rank = ['Queued', 'Sending', 'Sent', 'Read'];
  expect(states.map((state) => rank.indexOf(state))).toEqual(states.map((state) => rank.indexOf(state)).sort());
  expect(states.at(-1)).toBe('Read');
});

test('4: read is reported only in a visible tab with focus, the conversation open and the message in view for 500 ms', async ({ windows, server }) => {
  const { page: otto, user, admin } = await customer(windows, server);
  const page = await windows.open({ viewport: { width: 1280, height: 600 } });
  const network = await Network.of(page.context());
  await page.clock.install();
  await signIn(page, admin);
  await expect.poll(() => network.upgraded).toBe(true);
  const reports = () => network.bodies('mark_message_read').map((it) => it['up_to_id']);
  // The time of the page runs ahead: whatever waits for half a second has had its chance.
  const later = () => page.clock.runFor(10_000);

  await say(otto, 'while the list is open');
  await expect(page.getByRole('navigation')).toContainText('while the list is open');
  await later();
  expect(reports(), 'not open').toEqual([]);

  const look = (away: boolean) =>
    page.evaluate((it) => {
      document.hasFocus = () => !it;
      window.dispatchEvent(new Event(it ? 'blur' : 'focus'));
    }, away);
  await look(true);
  await openConversation(page, user);
  await expect(bubble(page, 'while the list is open')).toBeVisible();
  await later();
  expect(reports(), 'no focus').toEqual([]);

  const hide = (hidden: boolean) =>
    page.evaluate((it) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (it ? 'hidden' : 'visible') });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  await look(false);
  await later();
  expect(reports(), 'hidden').toEqual([]);

  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
  await hide(false);
  await page.clock.runFor(450);
  // Sent after whatever was reported.
  await composer(page).press('x');
  await expect.poll(() => network.bodies('typing').length).toBe(1);
  expect(reports(), 'not yet for half a second').toEqual([]);
  await page.clock.resume();
  await expect.poll(() => reports().length).toBe(1);
  await expect(bubble(otto, 'while the list is open')).toContainText('Read');

  // Scrolled up: what comes in below is not in view. Then all of it is read at once.
  for (let n = 0; n < 30; n += 1) await say(otto, `line ${n}\nand more`);
  await expect.poll(() => reports().length).toBeGreaterThan(1);
  await expect(bubble(otto, 'line 29\nand more')).toContainText('Read');
  await history(page).evaluate((box) => box.scrollTo({ top: 0 }));
  await expect(page.getByRole('button', { name: /latest/ })).toBeVisible();
  const before = reports().length;
  await say(otto, 'below one');
  await say(otto, 'below two');
  await expect(page.getByRole('button', { name: '2 new' })).toBeVisible();
  await later();
  expect(reports().length, 'out of view').toBe(before);
  await page.getByRole('button', { name: '2 new' }).click();
  await expect(bubble(otto, 'below two')).toContainText('Read');
  expect(reports().length, 'batched').toBe(before + 1);
});

test('5: Enter sends, Shift+Enter breaks the line, and nothing is sent while an input method composes', async ({ windows, server }) => {
  const { page, network } = await customer(windows, server);
  await composer(page).fill('one');
  await composer(page).press('Shift+Enter');
  await composer(page).pressSequentially('two');
  await expect(composer(page)).toHaveValue('one\ntwo');
  await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await expect(composer(page)).toHaveValue('one\ntwo');
  expect(network.bodies('smessage')).toEqual([]);
  await composer(page).press('Enter');
  await expect(bubble(page, 'one\ntwo')).toContainText('Sent');
  expect(network.bodies('smessage')).toMatchObject([{ content: 'one\ntwo' }]);
  // White space alone is nothing to send.
  await composer(page).fill('  \n ');
  await composer(page).press('Enter');
  await say(page, 'end');
  await expect(bubble(page, 'end')).toContainText('Sent');
  expect(network.bodies('smessage')).toHaveLength(2);
});

test('7: a counter in the last tenth of the length; nothing longer is sent', async ({ windows, server }) => {
  const { page, network } = await customer(windows, server);
  const most = 16_384;
  const tenth = Math.floor(most / 10);
  const counter = page.getByText(/characters? (left|too long)/);
  await composer(page).fill('x'.repeat(most - tenth - 1));
  await expect(counter).toHaveCount(0);
  await composer(page).press('y');
  await expect(counter).toHaveText(`${tenth.toLocaleString('en-GB')} characters left`);
  // A character outside the basic plane counts once.
  await composer(page).fill(`${'x'.repeat(most - 2)}😀`);
  await expect(counter).toHaveText('1 character left');
  await composer(page).fill('x'.repeat(most + 1));
  await expect(counter).toHaveText('1 character too long');
  await composer(page).press('Enter');
  await composer(page).fill('short');
  await composer(page).press('Enter');
  await expect(bubble(page, 'short')).toContainText('Sent');
  expect(network.bodies('smessage').map((it) => it['content'])).toEqual(['short']);
});
