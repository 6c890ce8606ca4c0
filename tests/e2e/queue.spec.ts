import type { Page } from '@playwright/test';
import { account, bubble, expect, history, say, signIn, test, type Windows } from './support/fixtures.ts';
import { Network } from './support/network.ts';
import type { Account } from './support/people.ts';
import { Server } from './support/server.ts';

async function pair(server: Server): Promise<{ admin: Account; user: Account }> {
  return { admin: await account(server, 'Gro', 'admin'), user: await account(server, 'Per', 'user') };
}

async function open(windows: Windows, person: Account, partner: Account, baseURL?: string): Promise<{ page: Page; network: Network }> {
  const page = await windows.open(baseURL === undefined ? {} : { baseURL });
  const network = await Network.of(page.context());
  await signIn(page, person);
  await page.goto(`/c/${partner.id}`);
  await expect(page.getByRole('heading', { name: partner.name })).toBeVisible();
  await expect.poll(() => network.upgraded).toBe(true);
  return { page, network };
}

const texts = (page: Page) => history(page).locator('p[dir=auto]').allTextContents();

test('6: what is written without a connection survives a reload and goes out once, in order', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const { page: gro } = await open(windows, admin, user);
  const { page, network } = await open(windows, user, admin);
  await say(page, 'before');
  await expect(bubble(page, 'before')).toContainText(/Sent|Read/);
  await network.cut();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  const lines = ['one', 'two', 'three', 'four'];
  for (const line of lines) await say(page, line);
  await page.reload();
  for (const line of lines) await expect(bubble(page, line)).toContainText('Queued');
  expect(await texts(page)).toEqual(['before', ...lines]);
  // A second tab of the same person has the same queue, and both come back at once.
  const tab = await page.context().newPage();
  await tab.goto(`/c/${admin.id}`);
  await expect(bubble(tab, 'four')).toContainText('Queued');
  network.mend();
  for (const side of [page, tab]) await expect(bubble(side, 'four')).toContainText(/Sent|Read/, { timeout: 30_000 });
  await expect(bubble(gro, 'four')).toBeVisible();
  for (const side of [page, tab, gro]) expect(await texts(side)).toEqual(['before', ...lines]);
  await page.reload();
  await expect(bubble(page, 'four')).toContainText(/Sent|Read/);
  expect(await texts(page)).toEqual(['before', ...lines]);
});

test('6: each waits for the acknowledgement of the one before', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const { page, network } = await open(windows, user, admin);
  network.keepAnswers();
  await say(page, 'first');
  await say(page, 'second');
  await expect(bubble(page, 'first')).toContainText('Sending');
  await expect(bubble(page, 'second')).toContainText('Queued');
  expect(network.bodies('smessage')).toHaveLength(1);
  network.letAnswersGo();
  await expect(bubble(page, 'second')).toContainText('Sent');
  expect(network.bodies('smessage').map((it) => it['content'])).toEqual(['first', 'second']);
});

test('6: whoever is too quick for the server waits as it is told, and loses nothing', async ({ windows }) => {
  const server = await Server.start(['--message-burst', '2', '--message-rate', '30/m']);
  try {
    const { admin, user } = await pair(server);
    const { page, network } = await open(windows, user, admin, server.url);
    // Written without a connection, so that all of it goes out at once.
    await network.cut();
    await expect(page.getByText('Reconnecting…')).toBeVisible();
    const lines = Array.from({ length: 5 }, (_, n) => `quick ${n}`);
    for (const line of lines) await say(page, line);
    network.mend();
    await expect(bubble(page, 'quick 4')).toContainText('Sent', { timeout: 40_000 });
    expect(await texts(page)).toEqual(lines);
    const attempts = network.bodies('smessage').map((it) => String(it['content']));
    // Each in its turn, and after a refusal one more time.
    expect(attempts.filter((text, n) => text !== attempts[n - 1])).toEqual(lines);
    expect(attempts.length).toBeGreaterThan(lines.length);
    expect(attempts.length).toBeLessThanOrEqual(2 * lines.length);
  } finally {
    await server.stop();
  }
});

test('6: two tabs show one queue, and take back from it in both', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const { page, network } = await open(windows, user, admin);
  await account(server, 'Jo', 'admin'); // The last one could not be disabled.
  const tab = await page.context().newPage();
  await tab.goto(`/c/${admin.id}`);
  await expect(tab.getByRole('heading', { name: admin.name })).toBeVisible();
  await network.cut();
  await say(page, 'written here');
  await expect(bubble(tab, 'written here')).toContainText('Queued');
  await say(tab, 'written there');
  await expect(bubble(page, 'written there')).toContainText('Queued');
  await server.command('user', 'disable', admin.email);
  network.mend();
  for (const side of [page, tab]) {
    for (const text of ['written here', 'written there']) await expect(bubble(side, text)).toContainText('Not sent', { timeout: 20_000 });
  }
  await bubble(tab, 'written here').getByRole('button', { name: 'Delete' }).click();
  await expect(bubble(page, 'written here')).toHaveCount(0);
  await server.command('user', 'enable', admin.email);
  await bubble(page, 'written there').getByRole('button', { name: 'Retry' }).click();
  for (const side of [page, tab]) {
    await expect(bubble(side, 'written there')).toContainText('Sent');
    expect(await texts(side)).toEqual(['written there']);
  }
});

test('6: a message whose answer was lost, but that another tab saw stored, counts as sent', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const { page, network } = await open(windows, user, admin);
  network.keepAnswers();
  const tab = await page.context().newPage();
  await tab.goto(`/c/${admin.id}`);
  await expect.poll(() => network.upgrades).toBe(2);
  await say(page, 'seen elsewhere');
  await expect(bubble(page, 'seen elsewhere')).toContainText('Sent');
  await expect(bubble(tab, 'seen elsewhere')).toHaveCount(1);
});
