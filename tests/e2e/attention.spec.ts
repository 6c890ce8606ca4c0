import type { Page } from '@playwright/test';
import { account, bubble, expect, openConversation, rowOf, say, signIn, test } from './support/fixtures.ts';
import { writeMany } from './support/people.ts';

interface Seen {
  readonly asked: number;
  readonly notices: { readonly title: string; readonly body: string }[];
  /** Seconds from the first note to the end of the last one, for each sound. */
  readonly sounds: number[];
}

/** Stands in front of what the browser shows and plays, and writes it down. To be called before the page is opened. */
async function listenIn(page: Page, permission: NotificationPermission): Promise<void> {
  await page.context().addInitScript((initial) => {
    const seen = { asked: 0, notices: [] as object[], sounds: [] as number[] };
    class Notice extends EventTarget {
      static permission: NotificationPermission = initial;
      static requestPermission(): Promise<NotificationPermission> {
        seen.asked += 1;
        Notice.permission = 'granted';
        return Promise.resolve('granted');
      }
      constructor(title: string, options: NotificationOptions) {
        super();
        seen.notices.push({ title, body: options.body });
        Object.assign(window, { lastNotice: this });
      }
      close(): void {}
    }
    let begun = 0;
    const start = OscillatorNode.prototype.start;
    const stop = OscillatorNode.prototype.stop;
    OscillatorNode.prototype.start = function (at = 0) {
      // The second note of a sound belongs to the first.
      if (at - begun > 0.5 || seen.sounds.length === 0) {
        begun = at;
        seen.sounds.push(0);
      }
      start.call(this, at);
    };
    OscillatorNode.prototype.stop = function (at = 0) {
      seen.sounds[seen.sounds.length - 1] = at - begun;
      stop.call(this, at);
    };
    Object.assign(window, { Notification: Notice, seen });
  }, permission);
}

const seenBy = (page: Page): Promise<Seen> => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

test('34: the title counts what is unread in all conversations, and the picture of the tab has a dot', async ({ windows, server }) => {
  const admin = await account(server, 'Ava', 'admin');
  const [one, two] = [await account(server, 'Ben', 'user'), await account(server, 'Cat', 'user')];
  const page = await windows.open();
  const icon = page.locator('link[rel=icon]');
  await signIn(page, admin);
  await expect(page).toHaveTitle('Parley');
  await expect(icon).toHaveAttribute('href', '/favicon.svg');
  await writeMany(server.url, one, admin, ['one', 'two']);
  await writeMany(server.url, two, admin, ['three']);
  await expect(page).toHaveTitle('(3) Parley');
  await expect(icon).toHaveAttribute('href', '/favicon_unread.svg');
  expect((await page.request.get('/favicon_unread.svg')).headers()['content-type']).toContain('image/svg+xml');
  await openConversation(page, one);
  await expect(page).toHaveTitle(`(1) ${one.name} · Parley`);
  await openConversation(page, two);
  await expect(page).toHaveTitle(`${two.name} · Parley`);
  await expect(icon).toHaveAttribute('href', '/favicon.svg');
});

test('35: the browser is asked for notifications on a click of ours only', async ({ windows, server }) => {
  const page = await windows.open();
  await listenIn(page, 'default');
  const admin = await account(server, 'Dee', 'admin');
  const user = await account(server, 'Eve', 'user');
  await signIn(page, admin);
  await rowOf(page, user).waitFor();
  await writeMany(server.url, user, admin, ['not yet']);
  await expect(rowOf(page, user)).toHaveAccessibleName(/1 unread/);
  expect(await seenBy(page)).toMatchObject({ asked: 0, notices: [] });
  await page.getByRole('main').getByRole('button', { name: 'Turn on notifications' }).click();
  expect(await seenBy(page)).toMatchObject({ asked: 1 });
  await page.getByRole('button', { name: 'Account' }).click();
  await expect(page.getByRole('menuitemcheckbox', { name: 'Notifications' })).toBeChecked();
  await page.keyboard.press('Escape');
  await writeMany(server.url, user, admin, ['now']);
  await expect.poll(async () => (await seenBy(page)).notices).toEqual([{ title: user.name, body: 'now' }]);
});

test('35: one notification a message over all tabs, none for what is looked at; a click opens the conversation', async ({ windows, server }) => {
  const admin = await account(server, 'Fox', 'admin');
  const [user, other] = [await account(server, 'Gia', 'user'), await account(server, 'Hob', 'user')];
  const page = await windows.open();
  await listenIn(page, 'granted');
  await page.addInitScript(() => localStorage.setItem('parley.notices', 'on'));
  await signIn(page, admin);
  const tab = await page.context().newPage();
  await tab.goto('/');
  await openConversation(tab, other);
  await writeMany(server.url, user, admin, ['one', 'two', 'three']);
  const notices = async () => [...(await seenBy(page)).notices, ...(await seenBy(tab)).notices].map((it) => it.body).sort();
  await expect.poll(notices).toEqual(['one', 'three', 'two']);

  // Looked at in one tab: nobody needs to be told.
  await writeMany(server.url, other, admin, ['seen anyway']);
  await expect(bubble(tab, 'seen anyway')).toBeVisible();
  await writeMany(server.url, user, admin, ['four']);
  await expect.poll(notices).toEqual(['four', 'one', 'three', 'two']);

  // In front of nobody: as good as not looked at.
  await tab.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await writeMany(server.url, other, admin, ['while hidden']);
  await expect.poll(notices).toEqual(['four', 'one', 'three', 'two', 'while hidden']);

  const teller = (await seenBy(page)).notices.some((it) => it.body === 'while hidden') ? page : tab;
  await teller.evaluate(() => (window as unknown as { lastNotice: EventTarget }).lastNotice.dispatchEvent(new Event('click')));
  await expect(teller.getByRole('heading', { name: other.name })).toBeVisible();
});

test('36: a short sound, every two seconds at most over all tabs, never for one’s own, and not when it is off', async ({ windows, server }) => {
  const admin = await account(server, 'Ike', 'admin');
  const [user, other] = [await account(server, 'Joy', 'user'), await account(server, 'Ken', 'user')];
  const page = await windows.open();
  await listenIn(page, 'denied');
  await signIn(page, admin);
  const tab = await page.context().newPage();
  await tab.goto('/');
  await rowOf(tab, user).click();
  await openConversation(page, user);
  const sounds = async () => [...(await seenBy(page)).sounds, ...(await seenBy(tab)).sounds];
  await say(page, 'my own');
  await expect(bubble(tab, 'my own')).toBeVisible();
  await writeMany(server.url, user, admin, ['looked at']);
  await expect(bubble(tab, 'looked at')).toBeVisible();
  expect(await sounds()).toEqual([]);

  const turnSound = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Sound' }).click();
    await page.keyboard.press('Escape');
  };
  const told = () => page.evaluate((id) => localStorage.getItem(`parley.attention.${id}`), admin.id);
  await turnSound();
  await writeMany(server.url, other, admin, ['off']);
  await expect.poll(told).toContain('"soundedAt":0');
  expect(await sounds()).toEqual([]);

  await turnSound();
  // A clock that stands still: all of it happens within two seconds.
  await page.context().clock.setFixedTime(Date.now());
  const before = await told();
  await writeMany(server.url, other, admin, ['one', 'two', 'three']);
  await expect(rowOf(tab, other)).toHaveAccessibleName(/4 unread/);
  await expect.poll(told).not.toBe(before);
  await expect.poll(async () => (await sounds()).length).toBe(1);
  for (const seconds of await sounds()) expect(seconds).toBeLessThanOrEqual(0.5);
});
