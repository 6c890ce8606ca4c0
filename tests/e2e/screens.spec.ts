import type { Page } from '@playwright/test';
import { writeMany } from './support/people.ts';
import { account, expect, expectSettled, expectSound, history, openConversation, rowOf, signIn, test } from './support/fixtures.ts';

// Every screen in both themes, both directions and on three sizes: axe finds nothing, nothing scrolls sideways, the console is silent.
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 320, height: 568 },
] as const;

/** The screen that is shown, in each theme and on each size. */
async function expectSoundEverywhere(page: Page): Promise<void> {
  for (const viewport of sizes) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectSettled(page);
      await expectSound(page);
    }
  }
  await page.setViewportSize(sizes[0]);
}

for (const locale of ['en-GB', 'ar-EG'] as const) {
  test.describe(`49, 48: ${locale}`, () => {
    test.setTimeout(120_000);
    const window = { viewport: sizes[0], locale };

    test('the screens before the sign-in are sound', async ({ windows }) => {
      const page = await windows.open(window);
      await page.goto('/login');
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('dir', locale === 'ar-EG' ? 'rtl' : 'ltr');
      await expectSoundEverywhere(page);
      await page.locator('input[type=email]').fill('nobody@example.com');
      await page.locator('input[type=password]').fill('not the right one');
      await page.locator('button[type=submit]').click();
      await expect(page.getByRole('alert')).toBeVisible();
      await expectSoundEverywhere(page);

      await page.goto('/register#invite=a-code');
      await expect(page.locator('input[autocomplete=one-time-code]')).toHaveValue('a-code');
      await page.locator('button[type=submit]').click();
      await expect(page.locator('[aria-invalid=true]').first()).toBeFocused();
      await expectSoundEverywhere(page);

      await page.goto('/reset');
      await page.locator('button[type=submit]').click();
      await expect(page.locator('[aria-invalid=true]').first()).toBeFocused();
      await expectSoundEverywhere(page);

      await page.goto('/no/such/page');
      await expect(page.getByRole('main').getByRole('link')).toHaveAttribute('href', '/');
      await expectSoundEverywhere(page);
    });

    test('the pages beside the chat are sound', async ({ windows, server }) => {
      const page = await windows.open(window);
      const user = await account(server, 'Pia', 'user');
      const admin = await account(server, 'Ola', 'admin');
      await signIn(page, admin);
      await page.goto('/account');
      await expect(page.getByText(admin.email)).toBeVisible();
      await expectSoundEverywhere(page);
      await page.getByRole('main').getByRole('button').last().click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectSoundEverywhere(page);

      await page.goto('/people');
      await page.getByRole('searchbox').fill(user.name);
      await page.getByRole('button', { name: user.name }).click();
      await expectSoundEverywhere(page);
      await page.getByRole('dialog').getByRole('listitem').last().getByRole('button').click();
      await expectSoundEverywhere(page);
      await page.keyboard.press('Escape');
      await expectSoundEverywhere(page);
      await page.getByRole('banner').getByRole('button').click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectSoundEverywhere(page);

      await page.evaluate(() => {
        const stored = JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<string, unknown>;
        localStorage.setItem('parley.session', JSON.stringify({ user: stored['user'] }));
      });
      await page.reload();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectSoundEverywhere(page);

      const guest = await windows.open(window);
      await signIn(guest, user);
      await guest.goto('/people');
      await expect(guest.getByRole('main').getByRole('link')).toHaveAttribute('href', '/');
      await expectSoundEverywhere(guest);
    });

    test('the screens of the chat are sound', async ({ windows, server }) => {
      const page = await windows.open(window);
      const admin = await account(server, 'Ola', 'admin');
      const user = await account(server, 'Pia', 'user');
      const quiet = await account(server, 'Quentin-Maximilian-Oppenheimer', 'user');
      await writeMany(server.url, user, admin, ['see https://example.com/a', 'w'.repeat(300), '**bold** <b>no</b>']);
      await signIn(page, admin);
      await expect(rowOf(page, user)).toBeVisible();
      const [list, main] = [await page.getByRole('navigation').boundingBox(), await page.getByRole('main').boundingBox()];
      expect((list?.x ?? 0) < (main?.x ?? 0), 'the list is where a line begins').toBe(locale === 'en-GB');
      await expectSoundEverywhere(page);
      await page.locator('nav button[aria-haspopup=menu]').first().click();
      await expect(page.getByText(admin.email)).toBeVisible();
      await expectSound(page);
      await page.keyboard.press('Escape');

      await openConversation(page, user);
      await expect(history(page).getByRole('link', { name: 'https://example.com/a' })).toHaveAttribute('rel', 'noopener noreferrer nofollow');
      await expectSoundEverywhere(page);

      await page.goto(`/c/${quiet.id}`);
      await expect(page.getByRole('heading', { name: quiet.name })).toBeVisible();
      await expectSoundEverywhere(page);
      for (const keys of ['Control+k', 'Control+/']) {
        await page.keyboard.press(keys);
        await expect(page.getByRole('dialog')).toBeVisible();
        await expectSoundEverywhere(page);
        await page.keyboard.press('Escape');
      }

      // A message that was refused, and a connection that is lost.
      await server.command('user', 'disable', quiet.email);
      await page.getByRole('main').getByRole('textbox').fill('to nobody');
      await page.keyboard.press('Enter');
      await expect(history(page).getByRole('alert')).toBeVisible();
      await page.context().setOffline(true);
      await expect(page.getByRole('status').filter({ has: page.locator('svg') })).toBeVisible();
      await expectSoundEverywhere(page);

      const customer = await windows.open(window);
      await signIn(customer, user);
      await expect(rowOf(customer, admin)).toBeVisible();
      await expectSoundEverywhere(customer);
    });
  });
}

// The choice is stronger than the system's and comes before the first paint.
test('51: a chosen theme stays, without a flash of the other one', async ({ windows, server }) => {
  const page = await windows.open({ colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await signIn(page, await account(server, 'Rio', 'user'));
  const light = await ground();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.goto('/', { waitUntil: 'domcontentloaded' });
  expect(await ground()).toBe(dark);
});

// Who never chose has the system's, at once and also when it changes in the evening.
test('51: the theme follows the system until one is chosen', async ({ windows }) => {
  const page = await windows.open({ colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.goto('/login');
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await ground()).not.toBe(light);
});

// A long history: the newest at once, older ones on demand, and the place kept while they come in.
test('older messages come in above without moving what is read', async ({ windows, server }) => {
  test.setTimeout(120_000);
  const admin = await account(server, 'Sam', 'admin');
  const user = await account(server, 'Tia', 'user');
  const total = 1_200;
  await writeMany(server.url, user, admin, Array.from({ length: total }, (_, n) => `message ${n}${' and more'.repeat(n % 17)}`));
  const page = await windows.open({ viewport: { width: 1024, height: 768 } });
  await signIn(page, user);
  await openConversation(page, admin);
  const log = history(page);
  await expect(log.getByText(`message ${total - 1}`)).toBeVisible();
  const inDocument = () => log.locator('div[data-index]').count();
  expect(await inDocument()).toBeLessThan(200);

  // Near the top of what is loaded the next page is asked for. It is held back here until the place was noted.
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/before=/, async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest(/before=/);
  await log.evaluate((box) => box.scrollTo({ top: 600 }));
  await asked;
  // The message in the middle of the window, once the rows above have been measured and nothing moves any more.
  const middle = () =>
    log.evaluate((box) => {
      const centre = box.getBoundingClientRect().top + box.clientHeight / 2;
      const row = [...box.querySelectorAll('p[dir=auto]')].find((it) => it.getBoundingClientRect().bottom > centre);
      return `${Math.round(row?.getBoundingClientRect().top ?? 0)} ${row?.textContent ?? ''}`;
    });
  let last = '';
  await expect(async () => {
    const now = await middle();
    const before = last;
    last = now;
    expect(now).toBe(before);
  }).toPass({ intervals: [200] });
  const before = Number.parseInt(last, 10);
  const text = last.slice(last.indexOf(' ') + 1);
  const place = async () => Math.round((await log.getByText(text, { exact: true }).boundingBox())?.y ?? Number.NaN);
  const heightBefore = await log.evaluate((box) => box.scrollHeight);
  release();
  await expect.poll(() => log.evaluate((box) => box.scrollHeight)).toBeGreaterThan(heightBefore + 1000);
  await expect(log.getByText(text, { exact: true })).toBeInViewport();
  expect(Math.abs((await place()) - before), 'pixels of jump').toBeLessThanOrEqual(1);

  await expect(async () => {
    await log.evaluate((box) => box.scrollTo({ top: 0 }));
    await expect(log.getByText('Beginning of conversation')).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await expect(log.getByText('message 0', { exact: true })).toBeVisible();
  expect(await inDocument()).toBeLessThan(200);

  await page.getByRole('button', { name: 'latest message' }).click();
  await expect(log.getByText(`message ${total - 1}`)).toBeVisible();
});
