import { account, bubble, expect, openConversation, say, signIn, test } from './support/fixtures.ts';

// What was written while the server was away is sent once it is back: one copy, in order, nothing missed on either side.
test('F1_a server that is killed and comes back loses and doubles nothing', async ({ windows, server }) => {
  const admin = await account(server, 'Kim', 'admin');
  const user = await account(server, 'Leo', 'user');
  const [kim, leo] = [await windows.open(), await windows.open()];
  await signIn(kim, admin);
  await signIn(leo, user);
  await openConversation(leo, admin);
  await openConversation(kim, user);
  await say(leo, 'before');
  await expect(bubble(kim, 'before')).toBeVisible();

  await server.kill();
  await say(leo, 'meanwhile one');
  await say(leo, 'meanwhile two');
  await expect(bubble(leo, 'meanwhile one')).toContainText('Queued');
  await expect(leo.getByText('Reconnecting…')).toBeVisible();
  await server.restart();

  await expect(bubble(leo, 'meanwhile two')).toContainText(/Sent|Read/, { timeout: 20_000 });
  await expect(leo.getByText('Reconnecting…')).toBeHidden();
  await expect(bubble(kim, 'meanwhile two')).toBeVisible({ timeout: 20_000 });
  for (const page of [kim, leo]) {
    for (const text of ['before', 'meanwhile one', 'meanwhile two']) await expect(bubble(page, text)).toHaveCount(1);
    const texts = await page.getByRole('log').locator('p[dir=auto]').allTextContents();
    expect(texts).toEqual(['before', 'meanwhile one', 'meanwhile two']);
  }
});

// A device without network says so, and catches up when it is back.
test('a person who was offline misses nothing', async ({ windows, server }) => {
  const admin = await account(server, 'Mia', 'admin');
  const user = await account(server, 'Nils', 'user');
  const [mia, nils] = [await windows.open(), await windows.open()];
  await signIn(mia, admin);
  await signIn(nils, user);
  await openConversation(nils, admin);
  await openConversation(mia, user);
  await say(nils, 'hello');
  await expect(bubble(mia, 'hello')).toBeVisible();
  await nils.context().setOffline(true);
  await nils.evaluate(() => window.dispatchEvent(new Event('offline')));
  await say(mia, 'while you were away');
  await expect(bubble(mia, 'while you were away')).toContainText('Sent');
  await nils.context().setOffline(false);
  await expect(bubble(nils, 'while you were away')).toBeVisible({ timeout: 60_000 });
  await expect(bubble(mia, 'while you were away')).toContainText('Read');
});

// An ended access token is renewed without a word; a login that is over leads to the sign-in page.
test('the session renews itself, and says when it is over', async ({ windows, server }) => {
  const admin = await account(server, 'Ove', 'admin');
  const user = await account(server, 'Pal', 'user');
  const page = await windows.open();
  await signIn(page, user);
  const change = (fields: Record<string, unknown>) =>
    page.evaluate((it) => {
      const stored = JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<string, unknown>;
      localStorage.setItem('parley.session', JSON.stringify({ ...stored, ...it }));
    }, fields);
  await change({ expiresAt: 0 });
  const renewal = page.waitForResponse('**/auth/refresh');
  await page.goto(`/c/${admin.id}`);
  expect((await renewal).status()).toBe(200);
  await say(page, 'still here');
  await expect(bubble(page, 'still here')).toContainText('Sent');

  await change({ expiresAt: 0, access: 'none', refresh: 'none' });
  await page.reload();
  await expect(page.getByText('Your session has ended')).toBeVisible();
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(bubble(page, 'still here')).toBeVisible();
});

// A shared machine: who leaves in one tab leaves in all.
test('logging out in one tab logs out the others', async ({ windows, server }) => {
  const page = await windows.open();
  await signIn(page, await account(server, 'Ria', 'user'));
  const other = await page.context().newPage();
  await other.goto('/');
  await expect(other.getByRole('navigation')).toBeVisible();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await expect(other).toHaveURL(/\/login$/);
});
