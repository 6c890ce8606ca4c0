import type { Page } from '@playwright/test';
import { account, expect, rowOf, say, signIn, test, type Account, type Windows } from './support/fixtures.ts';
import { Network } from './support/network.ts';
import { connect } from './support/people.ts';

async function open(windows: Windows, person: Account, partner: Account): Promise<{ page: Page; network: Network }> {
  const page = await windows.open();
  const network = await Network.of(page.context());
  await page.clock.install();
  await signIn(page, person);
  await page.goto(`/c/${partner.id}`);
  await expect(page.getByRole('heading', { name: partner.name })).toBeVisible();
  await expect.poll(() => network.upgraded).toBe(true);
  return { page, network };
}

test('23: typing is told at most every 3 s, and its end after 4 s of rest, on send and on blur', async ({ windows, server }) => {
  const admin = await account(server, 'Lou', 'admin');
  const user = await account(server, 'Moe', 'user');
  const { page: lou } = await open(windows, admin, user);
  const { page, network } = await open(windows, user, admin);
  const composer = page.getByRole('textbox', { name: /Message/ });
  const sent = () => network.bodies('typing').map((it) => it['typing']);
  const shown = lou.getByRole('region').getByText('Typing…');

  await composer.pressSequentially('hel');
  await expect(shown).toBeVisible();
  await expect(rowOf(lou, user)).toContainText('Typing…');
  expect(sent()).toEqual([true]);
  await page.clock.runFor(3_000);
  await composer.press('l');
  await expect.poll(sent).toEqual([true, true]);
  await page.clock.runFor(4_000);
  await expect.poll(sent).toEqual([true, true, false]);
  await expect(shown).toHaveCount(0);

  await composer.press('o');
  await expect(shown).toBeVisible();
  await composer.blur();
  await expect.poll(() => sent().at(-1)).toBe(false);
  await expect(shown).toHaveCount(0);

  await say(page, 'done');
  await expect(lou.getByText('done', { exact: true }).last()).toBeVisible();
  expect(sent().slice(-2)).toEqual([true, false]);
  await expect(shown).toHaveCount(0);
  // Nobody is told of oneself.
  await expect(page.getByText('Typing…')).toHaveCount(0);
});

test('23: what was not heard of for 6 s is not shown any more', async ({ windows, server }) => {
  const admin = await account(server, 'Lou', 'admin');
  const user = await account(server, 'Moe', 'user');
  const { page } = await open(windows, admin, user);
  const socket = await connect(server.url, user);
  socket.emit('typing', { receiver_id: admin.id, typing: true });
  await expect(rowOf(page, user)).toContainText('Typing…');
  await page.clock.runFor(6_000);
  await expect(page.getByText('Typing…')).toHaveCount(0);
  socket.disconnect();
});
