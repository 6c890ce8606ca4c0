import type { Page } from '@playwright/test';
import { account, bubble, expect, expectSound, openConversation, rowOf, say, signIn, test } from './support/fixtures.ts';
import { addCrowd, crowdName } from './support/crowd.ts';
import { writeMany } from './support/people.ts';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const fontSizes = (page: Page): Promise<number[]> =>
  page.evaluate(() => [...document.querySelectorAll('input, textarea, select')].map((it) => Number.parseFloat(getComputedStyle(it).fontSize)));

test('54: on a phone list and conversation are screens of their own', async ({ windows, server }) => {
  const admin = await account(server, 'Nat', 'admin');
  const user = await account(server, 'Ola', 'user');
  await writeMany(server.url, user, admin, ['hello']);
  const page = await windows.open(phone);
  await signIn(page, admin);
  await expect(page.getByRole('searchbox')).toBeVisible();
  for (const size of await fontSizes(page)) expect(size, 'a smaller one makes the browser zoom in').toBeGreaterThanOrEqual(16);
  await rowOf(page, user).tap();
  await expect(page).toHaveURL(new RegExp(`/c/${user.id}$`));
  await expect(page.getByRole('navigation')).toBeHidden();
  await expect(bubble(page, 'hello')).toBeVisible();
  for (const size of await fontSizes(page)) expect(size).toBeGreaterThanOrEqual(16);
  await say(page, 'and back');
  await expectSound(page);
  // The rounded corners and the bar of a phone cover nothing.
  const device = await page.context().newCDPSession(page);
  const insets = (top: number, bottom: number) => device.send('Emulation.setSafeAreaInsetsOverride', { insets: { top, bottom } });
  await insets(47, 34);
  const send = page.getByRole('button', { name: 'Send' });
  await expect.poll(async () => ((await page.getByRole('link', { name: 'Back' }).boundingBox())?.y ?? 0) >= 47).toBe(true);
  const box = await send.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(phone.viewport.height - 34);
  await insets(0, 0);

  await page.getByRole('button', { name: 'Show details' }).tap();
  await expect(page.getByRole('region', { name: 'Details' })).toContainText(user.name);
  await expectSound(page);
  // What they cover is out of reach for the Tab key and for screen readers.
  const composer = page.getByRole('textbox', { name: /Message/ });
  await composer.focus();
  await expect(composer).not.toBeFocused();
  await page.getByRole('button', { name: 'Close details' }).tap();
  await expect(page.getByRole('button', { name: 'Show details' })).toBeFocused();

  await page.getByRole('link', { name: 'Back' }).tap();
  await expect(rowOf(page, user)).toContainText('You: and back');
  await expect(page.getByRole('textbox', { name: /Message/ })).toBeHidden();
  await page.goBack();
  await expect(bubble(page, 'and back')).toBeVisible();

  // Left open, they are no longer in front of the next conversation.
  await page.getByRole('button', { name: 'Show details' }).tap();
  await page.goBack();
  await openConversation(page, user);
  await expect(page.getByRole('region', { name: 'Details' })).toHaveCount(0);
});

test('54: the window is filled and nothing more, and everything to touch is large enough', async ({ windows, server }) => {
  const admin = await account(server, 'Pip', 'admin');
  const user = await account(server, 'Rex', 'user');
  const page = await windows.open({ ...phone, viewport: { width: 320, height: 568 } });
  await signIn(page, admin);
  await rowOf(page, user).waitFor();
  const overflow = () => page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
  const small = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('a, button, input, textarea')]
        .filter((it) => it.checkVisibility() && it.closest('p') === null)
        .map((it) => ({ what: it.getAttribute('aria-label') ?? it.textContent, box: it.getBoundingClientRect() }))
        .filter(({ box }) => box.height < 44 || box.width < 44)
        .map(({ what, box }) => `${what} ${box.width} x ${box.height}`),
    );
  expect([await overflow(), await small()]).toEqual([0, []]);
  await openConversation(page, user);
  expect([await overflow(), await small()]).toEqual([0, []]);
});

test('18, 54: coming back to the list finds it where it was', async ({ windows, freshServer }) => {
  const admin = await account(freshServer, 'Sam', 'admin');
  await freshServer.kill();
  addCrowd(freshServer.database, { like: admin, to: admin, count: 300 });
  await freshServer.restart();
  const page = await windows.open({ ...phone, baseURL: freshServer.url });
  await signIn(page, admin);
  const row = page.getByRole('navigation').getByRole('link', { name: crowdName(150) });
  const list = page.getByRole('navigation').getByRole('list').locator('..');
  await expect(list).toBeVisible();
  await expect(async () => {
    await list.evaluate((box) => box.scrollTo({ top: 149 * 64 }));
    await expect(row).toBeInViewport({ timeout: 1_000 });
  }).toPass();
  const before = await row.boundingBox();
  await row.tap();
  await expect(page.getByRole('heading', { name: crowdName(150) })).toBeVisible();
  await page.goBack();
  await expect(row).toBeInViewport();
  expect((await row.boundingBox())?.y).toBe(before?.y);
});
