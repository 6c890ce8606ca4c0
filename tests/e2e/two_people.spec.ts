import { account, bubble, expect, history, newcomer, openConversation, rowOf, say, signIn, test, watchTransports, type Account } from './support/fixtures.ts';

// The main job, as two people live it: over every transport, on a wide screen and on a phone.
const settings = [
  { name: 'polling that becomes a WebSocket, wide and light', webSocket: true, width: 1440, height: 900, colorScheme: 'light' },
  { name: 'polling alone, phone and dark', webSocket: false, width: 390, height: 844, colorScheme: 'dark' },
] as const;

for (const setting of settings) {
  test.describe(setting.name, () => {
    const window = {
      webSocket: setting.webSocket,
      viewport: { width: setting.width, height: setting.height },
      colorScheme: setting.colorScheme,
    };
    const phone = setting.width < 640;

    test('an admin and a customer register, sign in and chat both ways', async ({ windows }) => {
      const people: Record<'admin' | 'user', Omit<Account, 'id'>> = { admin: newcomer('Maya', 'admin'), user: newcomer('Ada', 'user') };
      const maya = await windows.open(window);
      const ada = await windows.open(window);
      const wire = watchTransports(maya);
      for (const [page, person, role] of [
        [maya, people.admin, 'Admin'],
        [ada, people.user, 'Customer'],
      ] as const) {
        await page.goto('/');
        await page.getByRole('link', { name: 'Create account' }).click();
        await page.getByLabel('Name', { exact: true }).fill(person.name);
        await page.getByLabel('E-mail').fill(person.email);
        await page.getByLabel('Password').fill(person.password);
        await page.getByRole('radio', { name: role }).check();
        await page.getByRole('button', { name: 'Create account' }).click();
        await expect(page.getByRole('navigation')).toBeVisible();
        // Once more through the front door.
        await page.getByRole('button', { name: 'Account' }).click();
        await page.getByRole('menuitem', { name: 'Log out' }).click();
        await expect(page).toHaveURL(/\/login$/);
        await signIn(page, person);
      }
      await expect(maya.getByRole('heading', { name: 'Customers' })).toBeVisible();
      await expect(ada.getByRole('heading', { name: 'Support team' })).toBeVisible();

      await openConversation(ada, people.admin);
      await say(ada, 'Hello, where is my parcel?');
      await expect(bubble(ada, 'Hello, where is my parcel?')).toContainText('Sent');

      // It reaches the admin's list without a reload, counted as unread.
      await expect(rowOf(maya, people.user)).toHaveAccessibleName(/1 unread message/);
      await expect(maya).toHaveTitle(/^\(1\)/);
      await expect(bubble(ada, 'Hello, where is my parcel?')).not.toContainText('Read');

      await openConversation(maya, people.user);
      await expect(bubble(maya, 'Hello, where is my parcel?')).toBeVisible();
      await expect(bubble(ada, 'Hello, where is my parcel?')).toContainText('Read');
      await say(maya, 'On its way.\nTomorrow at noon.');
      await expect(bubble(ada, 'On its way.\nTomorrow at noon.')).toBeVisible();
      await expect(bubble(maya, 'On its way.\nTomorrow at noon.')).toContainText('Read');
      if (phone) await maya.getByRole('link', { name: 'Back' }).click();
      await expect(rowOf(maya, people.user)).not.toHaveAccessibleName(/unread/);
      await expect(maya).not.toHaveTitle(/^\(/);

      const answers = (sent: readonly string[]) => sent.filter((it) => it.includes('"smessage"')).length;
      expect({ frames: answers(wire.frames), posts: answers(wire.posts) }).toEqual(setting.webSocket ? { frames: 1, posts: 0 } : { frames: 0, posts: 1 });
      // "5" is the upgrade's last step.
      expect(wire.frames.includes('5')).toBe(setting.webSocket);
    });

    test('a reload keeps history, ticks and place', async ({ windows, server }) => {
      const admin = await account(server, 'Tom', 'admin');
      const user = await account(server, 'Bea', 'user');
      const page = await windows.open(window);
      await signIn(page, user);
      await openConversation(page, admin);
      await say(page, 'first');
      await say(page, 'second');
      await expect(bubble(page, 'second')).toContainText('Sent');
      await page.reload();
      await expect(page).toHaveURL(new RegExp(`/c/${admin.id}$`));
      await expect(bubble(page, 'first')).toContainText('Sent');
      await expect(bubble(page, 'second')).toContainText('Sent');
      await expect(history(page).getByText('Beginning of conversation')).toBeVisible();
    });

    test('a stranger sees nothing of it', async ({ windows, server }) => {
      const admin = await account(server, 'Uma', 'admin');
      const user = await account(server, 'Cem', 'user');
      const other = await account(server, 'Eve', 'user');
      const [stranger, page] = [await windows.open(window), await windows.open(window)];
      await signIn(stranger, other);
      await signIn(page, user);
      await openConversation(page, admin);
      await say(page, 'for Uma only');
      await expect(bubble(page, 'for Uma only')).toContainText('Sent');
      // Something of her own has come through meanwhile, so the silence is not for lack of a connection.
      await openConversation(stranger, admin);
      await say(stranger, 'my own');
      await expect(bubble(stranger, 'my own')).toContainText('Sent');
      await expect(stranger.getByText('for Uma only')).toHaveCount(0);
      await expect(stranger).toHaveTitle(/^[^(]/);
      // Another customer looks like nobody.
      await stranger.goto(`/c/${user.id}`);
      await expect(stranger.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
    });
  });
}

// What was typed on one device is there on the other, without being counted as news.
test('two devices of one person show the same', async ({ windows, server }) => {
  const admin = await account(server, 'Ida', 'admin');
  const user = await account(server, 'Jan', 'user');
  const [desk, pocket] = [await windows.open(), await windows.open()];
  await signIn(desk, user);
  await signIn(pocket, user);
  await openConversation(desk, admin);
  await openConversation(pocket, admin);
  await say(desk, 'from the desk');
  await expect(bubble(pocket, 'from the desk')).toContainText('Sent');
  await expect(pocket).toHaveTitle(/^[^(]/);
});
