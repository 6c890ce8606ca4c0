import type { Locator, Page } from '@playwright/test';
import { account, bubble, expect, openConversation, rowOf, say, signIn, test } from './support/fixtures.ts';
import { dialog, manage, openPeople } from './support/manage.ts';
import { Server } from './support/server.ts';

// What an admin does with people, from end to end.

const section = (page: Page, name: string): Locator => page.getByRole('region', { name });

test('people: who is disabled is out at once, and comes back when enabled', async ({ windows, server }) => {
  const admin = await account(server, 'Maya', 'admin');
  const user = await account(server, 'Ada', 'user');
  const [maya, ada] = [await windows.open(), await windows.open()];
  await signIn(maya, admin);
  await signIn(ada, user);
  await openConversation(ada, admin);
  await say(ada, 'hello');
  await expect(bubble(ada, 'hello')).toContainText('Sent');

  await openPeople(maya);
  await manage(maya, user, 'Disable account');
  await expect(dialog(maya)).toHaveCount(0);
  await expect(section(maya, 'Disabled').getByText(user.name)).toBeVisible();
  await expect(section(maya, 'Disabled').getByRole('button', { name: user.name })).toBeFocused();
  await expect(dialog(ada)).toContainText('Your session has ended');
  await dialog(ada).getByLabel('E-mail').fill(user.email);
  await dialog(ada).getByLabel('Password').fill(user.password);
  await dialog(ada).getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(dialog(ada).getByRole('alert')).toHaveText('E-mail or password is not right.');

  // Still there to be enabled after a reload, though in no list of the chat.
  await maya.reload();
  await manage(maya, user, 'Enable account');
  await expect(section(maya, 'Customers').getByText(user.name)).toBeVisible();
  await dialog(ada).getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(dialog(ada)).toHaveCount(0);
  await say(ada, 'back again');
  await expect(bubble(ada, 'back again')).toContainText('Sent');
});

test('people: a customer becomes an admin and a customer again', async ({ windows, server }) => {
  const admin = await account(server, 'Maya', 'admin');
  const user = await account(server, 'Ada', 'user');
  const [maya, ada] = [await windows.open(), await windows.open()];
  await signIn(maya, admin);
  await openPeople(maya);
  await manage(maya, user, 'Make admin');
  await expect(section(maya, 'Team').getByText(user.name)).toBeVisible();
  await signIn(ada, user);
  await openPeople(ada);
  await manage(maya, user, 'Make customer');
  await expect(section(maya, 'Customers').getByText(user.name)).toBeVisible();

  // 39: what was allowed a moment ago is forbidden now.
  await manage(ada, admin, 'Make customer');
  await expect(ada.getByRole('heading', { level: 1, name: 'This page is for admins' })).toBeVisible();
});

test('people: the last admin stays, and is told why; that anybody may become one is told too', async ({ windows }) => {
  const server = await Server.start(['--rate-limits', 'off', '--admin-signup', 'open', '--cors-origin', 'https://help.example.com']);
  try {
    const admin = await account(server, 'Maya', 'admin');
    const page = await windows.open({ baseURL: server.url });
    await signIn(page, admin);
    await openPeople(page);
    await manage(page, admin, 'Make customer');
    await expect(dialog(page).getByRole('alert')).toHaveText('This is the last admin who can sign in. Make somebody else an admin first.');
    await page.keyboard.press('Escape');
    await expect(section(page, 'Team').getByText(admin.name)).toBeVisible();
    await expect(page.getByRole('note')).toContainText('Anybody who can reach this server may register as an admin');
  } finally {
    await server.stop();
  }
});

test('people, 44: a list that cannot be loaded says so, and Retry loads it', async ({ windows, server }) => {
  const admin = await account(server, 'Maya', 'admin');
  const page = await windows.open();
  await signIn(page, admin);
  await page.route('**/admin/users', (route) => route.abort());
  await openPeople(page);
  await expect(page.getByRole('alert')).toContainText('The list of people could not be loaded.');
  await page.unroute('**/admin/users');
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(section(page, 'Team').getByText(admin.name)).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('people: the list shows who can be written to and who cannot, found by name or address', async ({ windows, server }) => {
  const admin = await account(server, 'Maya', 'admin');
  const user = await account(server, 'Ada', 'user');
  const page = await windows.open();
  await signIn(page, admin);
  await expect(rowOf(page, user)).toBeVisible();
  await openPeople(page);
  await page.getByRole('searchbox').fill(user.email);
  await expect(section(page, 'Customers').getByRole('listitem')).toHaveCount(1);
  await expect(section(page, 'Customers').getByText(user.name)).toBeVisible();
  await expect(page.getByRole('note')).toHaveCount(0);
  await page.getByRole('searchbox').fill('nobody of that name');
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(section(page, 'Team').getByText(admin.name)).toBeVisible();
});
