import { account, expect, openConversation, signIn, test } from './support/fixtures.ts';

// A tab that was open over a new release asks for parts that are gone.
test('a new release is offered to an old tab, and the way on is there after a reload', async ({ windows, server }) => {
  const admin = await account(server, 'Ola', 'admin');
  const user = await account(server, 'Pia', 'user');
  const page = await windows.open();
  await signIn(page, user);
  await openConversation(page, admin);
  await page.route('**/assets/*.js', (route) => route.fulfill({ status: 404 }));
  await page.getByRole('button', { name: 'Account' }).click();
  const offer = page.getByRole('alert').filter({ hasText: 'A new version is ready.' });
  await expect(offer).toBeVisible();
  await expect(page.getByRole('textbox', { name: /Message/ })).toBeVisible();
  await page.unroute('**/assets/*.js');
  await offer.getByRole('button', { name: 'Reload' }).click();
  await expect(offer).toHaveCount(0);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Account settings' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account settings' })).toBeVisible();
});

test('a new release is offered also when a whole page is gone', async ({ windows }) => {
  const page = await windows.open();
  await page.goto('/login');
  await page.route('**/assets/*.js', (route) => route.fulfill({ status: 404 }));
  await page.getByRole('link', { name: 'Create account' }).click();
  await expect(page.getByRole('alert')).toContainText('A new version is ready.');
  await expect(page.getByRole('heading', { level: 1, name: 'Welcome back' })).toBeVisible();
});
