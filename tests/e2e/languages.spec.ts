import type { Page } from '@playwright/test';
import { account, expect, expectFits, openConversation, rowOf, signIn, test } from './support/fixtures.ts';
import { writeMany } from './support/people.ts';

// The made-up language of `?lang=en-XA`: 40 % longer, with accents. It lasts as long as the page, so screens are reached by clicks.
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 320, height: 568 },
] as const;

async function fitsEverywhere(page: Page): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    await expectFits(page);
  }
  await page.setViewportSize(sizes[0]);
}

for (const lang of ['en-XA', 'ar-XB'] as const) {
  test(`53: texts that are 40 % longer overflow nowhere (${lang})`, async ({ windows, server }) => {
    const admin = await account(server, 'Uma', 'admin');
    const user = await account(server, 'Vic', 'user');
    await writeMany(server.url, user, admin, ['one', 'two', 'three']);
    const page = await windows.open({ viewport: sizes[0] });

    await page.goto(`/login?lang=${lang}`);
    await expect(page.locator('html')).toHaveAttribute('dir', lang === 'ar-XB' ? 'rtl' : 'ltr');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('⟦');
    await fitsEverywhere(page);
    await page.locator('a[href="/register"]').click();
    await page.locator('button[type=submit]').click();
    await expect(page.locator('[aria-invalid=true]').first()).toBeFocused();
    await fitsEverywhere(page);
    await page.locator('a[href="/login"]').click();

    await page.locator('input[type=email]').fill(admin.email);
    await page.locator('input[type=password]').fill(admin.password);
    await page.locator('button[type=submit]').click();
    await page.getByRole('navigation').getByRole('link', { name: user.name }).waitFor();
    await fitsEverywhere(page);
    await page.locator('nav button[aria-haspopup=menu]').first().click();
    await expect(page.getByRole('menu')).toBeVisible();
    await expectFits(page);
    await page.keyboard.press('Escape');
    await openConversation(page, user);
    await fitsEverywhere(page);
  });

  test(`53: texts that are 40 % longer overflow nowhere beside the chat (${lang})`, async ({ windows, server }) => {
    const admin = await account(server, 'Uma', 'admin');
    const user = await account(server, 'Vic', 'user');
    const page = await windows.open({ viewport: sizes[0] });
    for (const path of ['register', 'reset', 'no/such/page']) {
      await page.goto(`/${path}?lang=${lang}${path === 'register' ? '#invite=a-code' : ''}`);
      await expect(page.getByRole('heading', { level: 1 })).toContainText('⟦');
      await fitsEverywhere(page);
    }
    await signIn(page, admin);
    await page.goto(`/account?lang=${lang}`);
    await fitsEverywhere(page);
    await page.locator('form button[type=submit]').click();
    await expect(page.locator('[aria-invalid=true]').first()).toBeFocused();
    await fitsEverywhere(page);
    await page.getByRole('main').getByRole('button').last().click();
    await fitsEverywhere(page);

    await page.goto(`/people?lang=${lang}`);
    await page.getByRole('searchbox').fill(user.name);
    await fitsEverywhere(page);
    await page.getByRole('button', { name: user.name }).click();
    await fitsEverywhere(page);
    const steps = page.getByRole('dialog').getByRole('listitem').getByRole('button');
    for (let step = 0; step < (await steps.count()); step += 1) {
      await steps.nth(step).click();
      await fitsEverywhere(page);
      await page.getByRole('dialog').getByRole('button').nth(1).click();
    }
    await page.keyboard.press('Escape');
    await page.getByRole('banner').getByRole('button').click();
    await fitsEverywhere(page);

    await page.evaluate(() => {
      const stored = JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<string, unknown>;
      localStorage.setItem('parley.session', JSON.stringify({ user: stored['user'] }));
    });
    await page.goto(`/?lang=${lang}`);
    await expect(page.getByRole('dialog')).toContainText('⟦');
    await fitsEverywhere(page);
  });
}

for (const [locale, lang, title, unread] of [
  ['de-DE', 'de', 'Willkommen zurück', '3 ungelesene Nachrichten'],
  ['es-MX', 'es', 'Qué bueno verte de nuevo', '3 mensajes sin leer'],
  ['fr-CA', 'fr', 'Heureux de vous revoir', '3 messages non lus'],
  ['pt-BR', 'pt', 'Que bom ver você de novo', '3 mensagens não lidas'],
  ['ar-EG', 'ar', 'مرحبًا بعودتك', '٣ رسائل غير مقروءة'],
  ['nl-NL', 'en', 'Welcome back', '3 unread messages'],
] as const) {
  test(`53, 52: a browser that speaks ${locale} is answered in ${lang}, and everything fits`, async ({ windows, server }) => {
    const page = await windows.open({ locale, viewport: sizes[0] });
    await page.goto('/login');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
    await expect(page.locator('html')).toHaveAttribute('dir', lang === 'ar' ? 'rtl' : 'ltr');
    await fitsEverywhere(page);
    const [admin, user] = [await account(server, 'Wei', 'admin'), await account(server, 'Xia', 'user')];
    await writeMany(server.url, admin, user, ['one', 'two', 'three']);
    await page.locator('input[type=email]').fill(user.email);
    await page.locator('input[type=password]').fill(user.password);
    await page.locator('button[type=submit]').click();
    await expect(rowOf(page, admin)).toHaveAccessibleName(new RegExp(unread));
    await fitsEverywhere(page);
  });
}

test('53: the sign-in page and the account menu say which language is shown', async ({ windows, server }) => {
  const page = await windows.open({ locale: 'en-GB' });
  await page.goto('/login');
  await expect(page.getByLabel('Language')).toHaveValue('en');
  await signIn(page, await account(server, 'Wim', 'user'));
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Language' }).press('Enter');
  await expect(page.getByRole('menuitemradio', { name: 'English' })).toBeChecked();
});
