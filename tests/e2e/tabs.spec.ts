import { account, bubble, expect, openConversation, rowOf, say, signIn, test } from './support/fixtures.ts';
import { connect, writeMany } from './support/people.ts';

test('21: two tabs agree on what is unread, read and written', async ({ windows, server }) => {
  const admin = await account(server, 'Amy', 'admin');
  const [user, other] = [await account(server, 'Bill', 'user'), await account(server, 'Cora', 'user')];
  const page = await windows.open();
  await signIn(page, admin);
  const tab = await page.context().newPage();
  await tab.goto('/');
  await rowOf(tab, user).waitFor();
  await writeMany(server.url, user, admin, ['one', 'two']);
  for (const it of [page, tab]) {
    await expect(rowOf(it, user)).toHaveAccessibleName(/2 unread messages/);
    await expect(it).toHaveTitle(/^\(2\)/);
  }
  await openConversation(tab, user);
  await expect(rowOf(page, user)).not.toHaveAccessibleName(/unread/);
  await expect(page).not.toHaveTitle(/^\(/);
  await say(tab, 'my answer');
  await expect(rowOf(page, user)).toContainText('You: my answer');
  await openConversation(page, user);
  await expect(bubble(page, 'my answer')).toHaveCount(1);
  await writeMany(server.url, other, admin, ['and me?']);
  for (const it of [page, tab]) await expect(it).toHaveTitle(/^\(1\)/);
});

test('21: what was read in part elsewhere is counted anew', async ({ windows, server }) => {
  const admin = await account(server, 'Dora', 'admin');
  const user = await account(server, 'Emil', 'user');
  await writeMany(server.url, user, admin, Array.from({ length: 5 }, (_, n) => `message ${n}`));
  const page = await windows.open();
  await signIn(page, admin);
  await expect(rowOf(page, user)).toHaveAccessibleName(/5 unread/);
  // Another device saw the first three only.
  const device = await connect(server.url, admin);
  const { messages } = (await device.emitWithAck('resume', { after_id: 0 })) as { messages: { id: number }[] };
  const third = messages[2]?.id;
  await device.emitWithAck('mark_message_read', { sender_id: user.id, up_to_id: third });
  device.disconnect();
  await expect(rowOf(page, user)).toHaveAccessibleName(/2 unread/);
  await expect(page).toHaveTitle(/^\(2\)/);
});
