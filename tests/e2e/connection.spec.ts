import type { Page } from '@playwright/test';
import { account, bubble, expect, history, openConversation, rowOf, say, signIn, test } from './support/fixtures.ts';
import { connect, writeMany } from './support/people.ts';

const texts = (page: Page): Promise<string[]> => history(page).locator('p[dir=auto]').allTextContents();

/** Says what it is told to say by the network: the connection is cut as well. */
async function setNetwork(page: Page, up: boolean): Promise<void> {
  await page.context().setOffline(!up);
}

test('37: a lost connection is said, the list stays readable, and the word goes when it is back', async ({ windows, server }) => {
  const admin = await account(server, 'Abi', 'admin');
  const [one, two] = [await account(server, 'Bob', 'user'), await account(server, 'Col', 'user')];
  for (const person of [one, two]) await writeMany(server.url, person, admin, [`from ${person.name}`]);
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, one);
  await expect(bubble(page, `from ${one.name}`)).toBeVisible();
  await openConversation(page, two);
  await server.kill();
  const banner = page.getByRole('status').filter({ hasText: 'Reconnecting…' });
  await expect(banner).toBeVisible();
  await expect(rowOf(page, two)).toContainText(`from ${two.name}`);
  await openConversation(page, one);
  await expect(bubble(page, `from ${one.name}`)).toBeVisible();
  await server.restart();
  await expect(banner).toBeHidden();

  // Whether somebody is there is known only while one is there oneself.
  const presence = rowOf(page, one).getByTitle(/line$/);
  await expect(presence).toBeVisible();
  await setNetwork(page, false);
  await server.kill();
  await expect(page.getByText('Offline: messages will be sent later')).toBeVisible();
  await expect(presence).toHaveCount(0);
  await server.restart();
  await setNetwork(page, true);
  await expect(page.getByText('Offline: messages will be sent later')).toBeHidden();
  await expect(presence).toBeVisible();
});

test('37: a network that is gone without a word is said, and what is written waits', async ({ windows, server }) => {
  const admin = await account(server, 'Ira', 'admin');
  const user = await account(server, 'Jan', 'user');
  const [page, desk] = [await windows.open(), await windows.open()];
  await signIn(desk, admin);
  await signIn(page, user);
  await openConversation(desk, user);
  await openConversation(page, admin);
  await say(page, 'with a network');
  await expect(bubble(desk, 'with a network')).toBeVisible();
  // The server lives and nothing closes the connection: packets go nowhere.
  await setNetwork(page, false);
  const banner = page.getByText('Offline: messages will be sent later');
  await expect(banner).toBeVisible({ timeout: 10_000 });
  for (const text of ['first', 'second']) await say(page, text);
  for (const text of ['first', 'second']) await expect(bubble(page, text)).toContainText('Queued');
  await setNetwork(page, true);
  await expect(banner).toBeHidden();
  for (const text of ['first', 'second']) await expect(bubble(page, text)).toContainText(/Sent|Read/);
  await expect.poll(() => texts(desk)).toEqual(['with a network', 'first', 'second']);
});

test('38: after a reconnect nothing is missing and nothing is there twice', async ({ windows, server }) => {
  const admin = await account(server, 'Deb', 'admin');
  const [user, stranger] = [await account(server, 'Eva', 'user'), await account(server, 'Flo', 'user')];
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, user);
  const expected: string[] = [];
  const write = async (count: number): Promise<void> => {
    const more = Array.from({ length: count }, (_, n) => `message ${expected.length + n}`);
    expected.push(...more);
    await writeMany(server.url, user, admin, more);
  };
  await write(2);
  await expect(bubble(page, 'message 1')).toBeVisible();
  for (let round = 0; round < 3; round += 1) {
    await server.kill();
    await server.restart();
    // While the page is on its way back, and after.
    await write(3);
    await writeMany(server.url, stranger, admin, [`round ${round}`]);
    await expect(bubble(page, expected.at(-1) ?? '')).toBeVisible({ timeout: 20_000 });
    await write(1);
    await expect(bubble(page, expected.at(-1) ?? '')).toBeVisible({ timeout: 20_000 });
    expect(await texts(page)).toEqual(expected);
    await expect(rowOf(page, stranger)).toHaveAccessibleName(new RegExp(`${round + 1} unread message`));
  }
});

test('38: read marks made while one was away are there after the reconnect', async ({ windows, server }) => {
  const admin = await account(server, 'Gus', 'admin');
  const user = await account(server, 'Hal', 'user');
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, user);
  await say(page, 'have you seen this?');
  await expect(bubble(page, 'have you seen this?')).toContainText('Sent');
  await writeMany(server.url, user, admin, ['and this?']);
  await expect(bubble(page, 'and this?')).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await setNetwork(page, false);
  const other = await connect(server.url, user);
  const answer = (await other.emitWithAck('mark_message_read', { sender_id: admin.id })) as { ok: boolean };
  other.disconnect();
  expect(answer.ok).toBe(true);
  await setNetwork(page, true);
  await expect(bubble(page, 'have you seen this?')).toContainText('Read', { timeout: 20_000 });
});

const returns = {
  'the network is back': () => window.dispatchEvent(new Event('online')),
  'the tab is shown again': () => document.dispatchEvent(new Event('visibilitychange')),
} as const;

for (const [what, back] of Object.entries(returns)) {
  test(`37, 41: a break is said after 2 s; ${what}: the connection is made at once, not with the next try`, async ({ windows, server }) => {
    const admin = await account(server, 'Ida', 'admin');
    const user = await account(server, 'Jim', 'user');
    const page = await windows.open();
    await page.clock.install();
    await signIn(page, user);
    await openConversation(page, admin);
    await say(page, 'before');
    await expect(bubble(page, 'before')).toContainText('Sent');
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
    await server.kill();
    await say(page, 'meanwhile');
    await expect(bubble(page, 'meanwhile')).toContainText('Queued');
    await page.clock.runFor(1_900);
    await expect(page.getByText('Reconnecting…')).toHaveCount(0);
    await page.clock.runFor(200);
    await expect(page.getByText('Reconnecting…')).toBeVisible();
    // From here on no timer of the page fires: whoever waits for the next try waits for ever.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 2_000);
    await server.restart();
    await page.evaluate(back);
    await writeMany(server.url, admin, user, ['welcome back']);
    await expect(rowOf(page, admin)).toContainText('welcome back');
  });
}

for (const what of ['the tab is shown again', 'the machine has slept'] as const) {
  test(`41: a connection that died without a word is found out when ${what}`, async ({ windows, server }) => {
    const admin = await account(server, 'Kai', 'admin');
    const user = await account(server, 'Lea', 'user');
    const page = await windows.open();
    await page.clock.install();
    // Between page and server stands a line that can go dead: nothing comes through, nothing is closed.
    let dead = false;
    const calls: string[] = [];
    await page.routeWebSocket(/socket\.io/, (socket) => {
      const line = calls.length;
      calls.push(socket.url());
      const upstream = socket.connectToServer();
      const open = (): boolean => line > 0 || !dead;
      socket.onMessage((message) => {
        if (open()) upstream.send(message);
      });
      upstream.onMessage((message) => {
        if (open()) socket.send(message);
      });
    });
    await signIn(page, user);
    await openConversation(page, admin);
    await say(page, 'before');
    await expect(bubble(page, 'before')).toContainText('Sent');
    await expect.poll(() => calls.length).toBe(1);
    dead = true;
    await writeMany(server.url, admin, user, ['into the dark']);
    if (what === 'the machine has slept') {
      await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + 2 * 60_000);
      await page.clock.runFor(2_000);
    } else {
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    }
    await expect(bubble(page, 'into the dark')).toBeVisible();
  });
}
