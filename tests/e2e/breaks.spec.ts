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
