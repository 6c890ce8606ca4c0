import type { Page } from '@playwright/test';
import { account, expect, newcomer, signIn, test } from './support/fixtures.ts';
import { dialog, manage, openPeople } from './support/manage.ts';
import { Server } from './support/server.ts';

// Codes that are given by hand: for a lost password, and for a new admin.

test('people: a lost password is replaced by a code that an admin made', async ({ windows, server }) => {
  const admin = await account(server, 'Maya', 'admin');
  const user = await account(server, 'Ada', 'user');
  const maya = await windows.open({ permissions: ['clipboard-read', 'clipboard-write'] });
  const ada = await windows.open();
  await signIn(maya, admin);
  await openPeople(maya);
  await manage(maya, user, 'Make a reset code');
  const code = await dialog(maya).getByLabel('One-time code').inputValue();
  await dialog(maya).getByRole('button', { name: 'Copy code' }).click();
  await expect(dialog(maya).getByRole('status')).toHaveText('Copied');
  expect(await maya.evaluate(() => navigator.clipboard.readText())).toBe(code);
  // Shown once: it is gone with the dialog.
  await maya.keyboard.press('Escape');
  await expect(maya.getByText(code)).toHaveCount(0);

  await ada.goto('/login');
  await expect(ada.getByLabel('E-mail')).toBeFocused();
  await ada.getByRole('link', { name: 'Lost your password?' }).click();
  await expect(ada.getByText('Ask your administrator for a code.')).toBeVisible();
  const set = async (with_: string): Promise<void> => {
    await ada.getByLabel('Code').fill(with_);
    await ada.getByLabel('New password', { exact: true }).fill('a walk in the sun');
    await ada.getByRole('button', { name: 'Set new password' }).click();
  };
  await set('not-the-code');
  await expect(ada.getByText('This code is not right')).toBeVisible();
  await set(code);
  await expect(ada.getByText('Your new password is set.')).toBeVisible();
  await ada.getByLabel('E-mail').fill(user.email);
  await ada.getByLabel('Password').fill('a walk in the sun');
  await ada.getByRole('button', { name: 'Sign in' }).click();
  await expect(ada.getByRole('navigation')).toBeVisible();
});

test('people: an admin is invited by a link that works once', async ({ windows }) => {
  const server = await Server.start(['--rate-limits', 'off', '--admin-signup', 'invite']);
  try {
    const link = await invitation(server);
    const maya = await windows.open({ baseURL: server.url, permissions: ['clipboard-read', 'clipboard-write'] });
    const noa = await windows.open({ baseURL: server.url });
    await registerBy(maya, link, 'Maya');
    await expect(maya.getByRole('navigation')).toBeVisible();
    await openPeople(maya);
    await maya.getByRole('button', { name: 'Invite an admin' }).click();
    await dialog(maya).getByRole('button', { name: 'Make a code' }).click();
    await dialog(maya).getByRole('button', { name: 'Copy link' }).click();
    await expect(dialog(maya).getByRole('status')).toHaveText('Copied');
    const second = await maya.evaluate(() => navigator.clipboard.readText());
    await registerBy(noa, second, 'Noa');
    await expect(noa.getByRole('navigation')).toBeVisible();

    const late = await windows.open({ baseURL: server.url });
    await registerBy(late, second, 'Late');
    await expect(late.getByText('This code is not valid')).toBeVisible();
  } finally {
    await server.stop();
  }
});

/** The link for the first admin of a server that takes them by invitation. */
async function invitation(server: Server): Promise<string> {
  const code = (await server.command('invite', 'create')).trim();
  return `${server.url}/register#invite=${encodeURIComponent(code)}`;
}

async function registerBy(page: Page, link: string, name: string): Promise<void> {
  const { email, password, name: called } = newcomer(name, 'admin');
  await page.goto(link);
  await expect(page.getByRole('radio', { name: 'Admin' })).toBeChecked();
  await page.getByLabel('Name', { exact: true }).fill(called);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
}
