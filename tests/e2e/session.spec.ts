import type { Page } from '@playwright/test';
import { account, bubble, expect, history, openConversation, say, signIn, test, watchTransports } from './support/fixtures.ts';
import { Server } from './support/server.ts';

/** Changes what the browser keeps of the login, as time or a server would. */
async function changeLogin(page: Page, fields: Record<string, unknown>): Promise<void> {
  await page.evaluate((it) => {
    const stored = JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<string, unknown>;
    localStorage.setItem('parley.session', JSON.stringify({ ...stored, ...it }));
  }, fields);
}

const overPage = (page: Page) => page.getByRole('dialog', { name: 'Please sign in again' });

async function signInAgain(page: Page, person: { email: string; password: string }): Promise<void> {
  await overPage(page).getByLabel('E-mail').fill(person.email);
  await overPage(page).getByLabel('Password').fill(person.password);
  await overPage(page).getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('39: a token that ends is renewed by the refresh token without a word', async ({ windows, server }) => {
  const admin = await account(server, 'Ove', 'admin');
  const user = await account(server, 'Pal', 'user');
  const page = await windows.open();
  await signIn(page, user);
  await changeLogin(page, { expiresAt: 0 });
  const renewal = page.waitForResponse('**/auth/refresh');
  await page.goto(`/c/${admin.id}`);
  expect((await renewal).status()).toBe(200);
  await say(page, 'still here');
  await expect(bubble(page, 'still here')).toContainText('Sent');
  await expect(overPage(page)).toHaveCount(0);
});

test('39: the connection gets its new token before the old one ends, and stays', async ({ windows }) => {
  // Warned 60 s ahead: a second after the connection has been made.
  const server = await Server.start(['--rate-limits', 'off', '--access-token-ttl', '61s']);
  try {
    const admin = await account(server, 'Ove', 'admin');
    const user = await account(server, 'Pal', 'user');
    const page = await windows.open({ baseURL: server.url });
    let sockets = 0;
    page.on('websocket', () => {
      sockets += 1;
    });
    const wire = watchTransports(page);
    const renewal = page.waitForResponse('**/auth/refresh');
    await signIn(page, user);
    await openConversation(page, admin);
    expect((await renewal).status()).toBe(200);
    await expect.poll(() => wire.received.some((it) => /^43\d*\[\{"ok":true\}\]$/.test(it))).toBe(true);
    expect(wire.frames.filter((it) => it.includes('"authenticate"'))).toHaveLength(1);
    await say(page, 'by the same connection');
    await expect(bubble(page, 'by the same connection')).toContainText('Sent');
    expect(sockets).toBe(1);
  } finally {
    await server.stop();
  }
});

test('39: when that has ended too, one signs in over the page; the draft and what is under way are kept', async ({ windows, server }) => {
  const admin = await account(server, 'Ove', 'admin');
  const user = await account(server, 'Pal', 'user');
  const page = await windows.open();
  await signIn(page, user);
  await openConversation(page, admin);
  await say(page, 'before');
  await expect(bubble(page, 'before')).toContainText('Sent');

  // The server goes away, a message waits, and when it is back the login is worth nothing any more.
  await server.kill();
  await say(page, 'waits for its turn');
  await expect(bubble(page, 'waits for its turn')).toContainText('Queued');
  await page.getByRole('textbox', { name: /Message/ }).fill('half a thought');
  await page.route('**/auth/refresh', (route) => route.fulfill({ status: 401, json: { msg: 'x', code: 'token_expired' } }));
  await page.evaluate(() => {
    const stored = JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<string, unknown>;
    const text = JSON.stringify({ ...stored, access: 'none', expiresAt: 0 });
    localStorage.setItem('parley.session', text);
    window.dispatchEvent(new StorageEvent('storage', { key: 'parley.session' }));
  });
  await server.restart();

  await expect(overPage(page)).toBeVisible({ timeout: 20_000 });
  await expect(page).toHaveURL(new RegExp(`/c/${admin.id}$`));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(overPage(page)).toBeVisible();
  await page.unroute('**/auth/refresh');
  await signInAgain(page, { ...user, password: 'not the right one' });
  await expect(overPage(page).getByRole('alert')).toHaveText('E-mail or password is not right.');
  await signInAgain(page, user);

  await expect(overPage(page)).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: /Message/ })).toHaveValue('half a thought');
  await expect(bubble(page, 'waits for its turn')).toContainText('Sent', { timeout: 20_000 });
  await expect(history(page).getByText('waits for its turn')).toHaveCount(1);
});

test('39: a login that ended before the page was opened is asked for over it as well', async ({ windows, server }) => {
  const admin = await account(server, 'Ove', 'admin');
  const user = await account(server, 'Pal', 'user');
  const other = await account(server, 'Quy', 'user');
  const page = await windows.open();
  await signIn(page, user);
  await openConversation(page, admin);
  await say(page, 'for later');
  await expect(bubble(page, 'for later')).toContainText('Sent');
  await changeLogin(page, { expiresAt: 0, access: 'none', refresh: 'none' });
  await page.reload();
  await expect(overPage(page)).toContainText('Your session has ended');
  await signInAgain(page, user);
  await expect(bubble(page, 'for later')).toBeVisible();

  // Somebody else finds nothing of it.
  await changeLogin(page, { expiresAt: 0, access: 'none', refresh: 'none' });
  await page.reload();
  await signInAgain(page, other);
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByText('for later')).toHaveCount(0);

  await changeLogin(page, { expiresAt: 0, access: 'none', refresh: 'none' });
  await page.reload();
  await overPage(page).getByRole('button', { name: 'Sign in as somebody else' }).click();
  await expect(page).toHaveURL(/\/login$/);
});

test('39: a login that ends in one tab is asked for in all, and once given works in all', async ({ windows, server }) => {
  const admin = await account(server, 'Ove', 'admin');
  const user = await account(server, 'Pal', 'user');
  const page = await windows.open();
  await signIn(page, user);
  await openConversation(page, admin);
  const other = await page.context().newPage();
  await other.goto(`/c/${admin.id}`);
  await expect(other.getByRole('textbox', { name: /Message/ })).toBeVisible();
  await changeLogin(page, { expiresAt: 0, access: 'none', refresh: 'none' });
  await page.reload();
  await expect(overPage(page)).toBeVisible();
  await expect(overPage(other)).toBeVisible();
  await signInAgain(page, user);
  await expect(overPage(page)).toHaveCount(0);
  await expect(overPage(other)).toHaveCount(0);
  await say(other, 'from the other tab');
  await expect(bubble(page, 'from the other tab')).toContainText('Sent');
});

test('39: a page of another role is forbidden, an unknown one is not there; both lead home', async ({ windows, server }) => {
  const user = await account(server, 'Pal', 'user');
  const page = await windows.open();
  await signIn(page, user);
  await page.goto('/people');
  await expect(page.getByRole('heading', { level: 1, name: 'This page is for admins' })).toBeVisible();
  await expect(page).toHaveTitle('This page is for admins · Parley');
  await page.getByRole('link', { name: 'Back to the start' }).click();
  await expect(page.getByRole('navigation')).toBeVisible();
  await page.goto('/no/such/page');
  await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
  await page.getByRole('link', { name: 'Back to the start' }).click();
  await expect(page.getByRole('navigation')).toBeVisible();
});

test('39: a page asked for before the sign-in is there after it', async ({ windows, server }) => {
  const user = await account(server, 'Pal', 'user');
  const page = await windows.open();
  await page.goto('/account');
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account settings' })).toBeVisible();
});

// A shared machine: who leaves in one tab leaves in all.
test('40: logging out in one tab logs out the others', async ({ windows, server }) => {
  const page = await windows.open();
  await signIn(page, await account(server, 'Ria', 'user'));
  const other = await page.context().newPage();
  await other.goto('/');
  await expect(other.getByRole('navigation')).toBeVisible();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await expect(other).toHaveURL(/\/login$/);
  await expect(page).toHaveURL(/\/login$/);
  await other.goto('/');
  await expect(other).toHaveURL(/\/login$/);
});
