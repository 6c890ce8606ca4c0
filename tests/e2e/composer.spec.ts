import type { Page } from '@playwright/test';
import { account, bubble, expect, history, say, signIn, test, type Account } from './support/fixtures.ts';
import { readAll, writeMany } from './support/people.ts';
import type { Server } from './support/server.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: /Message/ });
const heightOf = async (page: Page) => (await composer(page).boundingBox())?.height ?? 0;

async function pair(server: Server): Promise<{ admin: Account; user: Account }> {
  return { admin: await account(server, 'Fay', 'admin'), user: await account(server, 'Gus', 'user') };
}

async function visit(page: Page, partner: Account): Promise<void> {
  await page.goto(`/c/${partner.id}`);
  await expect(page.getByRole('heading', { name: partner.name })).toBeVisible();
}

for (const width of [1280, 390]) {
  test(`25: the composer grows from one line to eight, and the list stays at its end (${width})`, async ({ windows, server }) => {
    const { admin, user } = await pair(server);
    await writeMany(server.url, user, admin, Array.from({ length: 40 }, (_, n) => `line ${n}`));
    await readAll(server.url, admin, user);
    const page = await windows.open({ viewport: { width, height: 800 } });
    await signIn(page, admin);
    await visit(page, user);
    await expect(history(page).getByText('line 39', { exact: true })).toBeInViewport();
    const heights: number[] = [];
    for (let lines = 1; lines <= 10; lines += 1) {
      await composer(page).fill(Array.from({ length: lines }, (_, n) => `${n}`).join('\n'));
      heights.push(await heightOf(page));
      await expect.poll(() => history(page).evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight)), 'from the end').toBe(0);
      await expect(history(page).getByText('line 39', { exact: true })).toBeInViewport();
    }
    const steps = heights.slice(1).map((height, n) => Math.round(height - (heights[n] ?? 0)));
    expect(steps).toEqual([24, 24, 24, 24, 24, 24, 24, 0, 0]);
    expect(await composer(page).evaluate((area) => area.scrollHeight > area.clientHeight)).toBe(true);
    await composer(page).fill('x\n'.repeat(7) + 'x');
    expect(await composer(page).evaluate((area) => area.scrollHeight > area.clientHeight), 'eight lines fit').toBe(false);
    await composer(page).press('Enter');
    expect(await heightOf(page)).toBe(heights[0]);
  });
}

test('26: a draft for each conversation survives a reload and a login that ends, and is gone when it was sent', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const other = await account(server, 'Hal', 'user');
  const page = await windows.open();
  await signIn(page, admin);
  await visit(page, user);
  await composer(page).fill('for Gus');
  await visit(page, other);
  await expect(composer(page)).toHaveValue('');
  await composer(page).pressSequentially('for Hal\u00a0');
  await page.reload();
  await expect(composer(page)).toHaveValue('for Hal\u00a0');
  await visit(page, user);
  await expect(composer(page)).toHaveValue('for Gus');

  // The login ends: signed in again, over the page, the draft is still there.
  await page.evaluate(() => {
    const stored = JSON.parse(localStorage.getItem('parley.session') ?? '{}') as Record<string, unknown>;
    localStorage.setItem('parley.session', JSON.stringify({ ...stored, expiresAt: 0, access: 'none', refresh: 'none' }));
  });
  await page.reload();
  const dialog = page.getByRole('dialog', { name: 'Please sign in again' });
  await dialog.getByLabel('E-mail').fill(admin.email);
  await dialog.getByLabel('Password').fill(admin.password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(composer(page)).toHaveValue('for Gus');

  await say(page, 'for Gus');
  await expect(bubble(page, 'for Gus')).toContainText('Sent');
  await page.reload();
  await expect(bubble(page, 'for Gus')).toBeVisible();
  await expect(composer(page)).toHaveValue('');
  await visit(page, other);
  await expect(composer(page)).toHaveValue('for Hal\u00a0');
});

test('26: a draft is saved within half a second, and the same in another tab', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const page = await windows.open();
  await signIn(page, user);
  await visit(page, admin);
  const tab = await page.context().newPage();
  await tab.goto(`/c/${admin.id}`);
  await expect(composer(tab)).toBeVisible();
  await composer(page).pressSequentially('seen there');
  await expect(composer(tab)).toHaveValue('seen there');
  // No word of farewell: the renderer is gone.
  const heir = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  await heir.goto(`/c/${admin.id}`);
  await expect(composer(heir)).toHaveValue('seen there');
  await say(heir, 'seen there');
  await expect(composer(tab)).toHaveValue('');
});
