import type { Page } from '@playwright/test';
import { account, expect, signIn, test } from './support/fixtures.ts';

async function openAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Account settings' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account settings' })).toBeVisible();
}

const again = (page: Page) => page.getByRole('dialog', { name: 'Please sign in again' });

test('account: a changed password holds, this login stays and the others end', async ({ windows, server }) => {
  const user = await account(server, 'Ada', 'user');
  const [desk, phone] = [await windows.open(), await windows.open()];
  await signIn(phone, user);
  await signIn(desk, user);
  await openAccount(desk);
  const change = async (current: string): Promise<void> => {
    await desk.getByLabel('Current password').fill(current);
    await desk.getByLabel('New password').fill('a walk in the sun');
    await desk.getByRole('button', { name: 'Change password' }).click();
  };
  await change('not the right one');
  await expect(desk.getByText('This is not your current password.')).toBeVisible();
  await expect(desk.getByLabel('Current password')).toBeFocused();
  await change(user.password);
  await expect(desk.getByText('Your password is changed.')).toBeVisible();

  await expect(again(phone)).toBeVisible();
  await again(phone).getByLabel('E-mail').fill(user.email);
  await again(phone).getByLabel('Password').fill('a walk in the sun');
  await again(phone).getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(again(phone)).toHaveCount(0);
  await desk.reload();
  await expect(desk.getByText(user.email)).toBeVisible();
  await expect(again(desk)).toHaveCount(0);
});

test('account, 40: logging out everywhere ends the logins of all devices', async ({ windows, server }) => {
  const user = await account(server, 'Ada', 'user');
  const [desk, phone] = [await windows.open(), await windows.open()];
  await signIn(phone, user);
  await signIn(desk, user);
  await openAccount(desk);
  await desk.getByRole('button', { name: 'Log out everywhere' }).click();
  const ask = desk.getByRole('dialog', { name: 'Log out on all devices?' });
  await ask.getByRole('button', { name: 'Cancel' }).click();
  await expect(ask).toHaveCount(0);
  await desk.getByRole('button', { name: 'Log out everywhere' }).click();
  await ask.getByRole('button', { name: 'Log out everywhere' }).click();
  await expect(desk).toHaveURL(/\/login$/);
  await expect(again(phone)).toBeVisible();
});

test('account, 44: who could not be logged out everywhere is told, and stays', async ({ windows, server }) => {
  const page = await windows.open();
  await signIn(page, await account(server, 'Ada', 'user'));
  await openAccount(page);
  await page.route('**/auth/logout_all', (route) => route.abort());
  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Log out everywhere' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('You were not logged out.');
  await page.unroute('**/auth/logout_all');
  await page.getByRole('dialog').getByRole('button', { name: 'Log out everywhere' }).click();
  await expect(page).toHaveURL(/\/login$/);
});

test('account, 40: after a log-out the tokens are worth nothing', async ({ windows, server }) => {
  const page = await windows.open();
  await signIn(page, await account(server, 'Ada', 'user'));
  const { access, refresh } = await page.evaluate(() => JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<'access' | 'refresh', string>);
  const told = page.waitForResponse('**/auth/logout');
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  expect((await told).status()).toBe(204);
  const status = async (path: string, method: string, token: string) =>
    (await fetch(`${server.url}${path}`, { method, headers: { Authorization: `Bearer ${token}` } })).status;
  expect(await status('/chat/info', 'GET', access)).toBe(401);
  expect(await status('/auth/refresh', 'POST', refresh)).toBe(401);
});

test('account, 51: theme and language are chosen here as well', async ({ windows, server }) => {
  const page = await windows.open({ colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await signIn(page, await account(server, 'Ada', 'user'));
  await openAccount(page);
  const light = await ground();
  await page.getByRole('radio', { name: 'Dark' }).check();
  expect(await ground()).not.toBe(light);
  await page.getByLabel('Language', { exact: true }).selectOption('Deutsch');
  await expect(page.getByRole('heading', { level: 1, name: 'Kontoeinstellungen' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Kontoeinstellungen' })).toBeVisible();
  expect(await ground()).not.toBe(light);
});
