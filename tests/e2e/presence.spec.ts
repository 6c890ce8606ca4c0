import { account, expect, openConversation, rowOf, signIn, test } from './support/fixtures.ts';
import { connect } from './support/people.ts';

test('24: who comes and goes is seen in the list and over the conversation, after a while of grace', async ({ windows, server }) => {
  const admin = await account(server, 'Alba', 'admin');
  const user = await account(server, 'Bert', 'user');
  const page = await windows.open();
  await page.clock.install();
  await signIn(page, admin);
  await openConversation(page, user);
  const header = page.getByRole('main').locator('header');
  await expect(rowOf(page, user)).toHaveAccessibleName(/Offline/);
  await expect(header).toContainText('Offline');

  const device = await connect(server.url, user);
  await expect(rowOf(page, user)).toHaveAccessibleName(/Online/);
  await expect(header).toContainText('Online');

  // A reload is no departure: within the grace nothing changes.
  const said = await header.evaluateHandle((it) => {
    const texts: string[] = [];
    new MutationObserver(() => texts.push(it.textContent)).observe(it, { subtree: true, childList: true, characterData: true });
    return texts;
  });
  device.disconnect();
  const again = await connect(server.url, user);
  again.emit('typing', { receiver_id: admin.id, typing: true });
  await expect(header).toContainText('Typing…');
  expect(await said.jsonValue()).toEqual([expect.stringContaining('Typing…')]);
  await expect(rowOf(page, user)).toHaveAccessibleName(/Online/);
  again.disconnect();
  await expect(header).toContainText('Last seen just now', { timeout: 20_000 });
  await expect(rowOf(page, user)).toHaveAccessibleName(/Offline/);
  await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + 5 * 60_000);
  await page.clock.runFor(31_000);
  await expect(header).toContainText('Last seen 5 min ago');
  await page.reload();
  await expect(header).toContainText(/Last seen/);
});

test('24, 43: a customer without a team is told so, then sees who of it is there first, and writes to them', async ({ windows, freshServer: server }) => {
  const user = await account(server, 'Cleo', 'user');
  const page = await windows.open({ baseURL: server.url });
  await signIn(page, user);
  await expect(page.getByRole('main')).toContainText('Nobody from the team is here yet.');
  await expect(page.getByRole('main').getByRole('button', { name: 'Check again' })).toBeVisible();
  const [away, here] = [await account(server, 'Anton', 'admin'), await account(server, 'Zara', 'admin')];
  const device = await connect(server.url, here);
  const rows = page.getByRole('navigation').getByRole('listitem').getByRole('link');
  await expect(rows.nth(0)).toHaveAccessibleName(new RegExp(`Online.*${here.name}`));
  await expect(rows.nth(1)).toHaveAccessibleName(new RegExp(`Offline.*${away.name}`));
  await expect(page.getByRole('navigation').getByRole('heading', { name: 'Here now' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: `Write to ${here.name}` }).click();
  await expect(page.getByRole('textbox', { name: `Message to ${here.name}` })).toBeFocused();
  device.disconnect();
});

test('24: somebody who has just registered appears when they come', async ({ windows, server }) => {
  const page = await windows.open();
  await signIn(page, await account(server, 'Dina', 'admin'));
  await expect(page.getByRole('navigation').getByRole('link').first()).toBeVisible();
  const user = await account(server, 'Aaron', 'user');
  await page.getByRole('searchbox').fill(user.name);
  await expect(page.getByText('Nobody here is called')).toBeVisible();
  const device = await connect(server.url, user);
  await expect(rowOf(page, user)).toHaveAccessibleName(/Online/);
  device.disconnect();
});
