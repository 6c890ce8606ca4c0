// The page on which admins manage people.
import type { Locator, Page } from '@playwright/test';
import { expect, type Account } from './fixtures.ts';

export async function openPeople(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'People' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'People' })).toBeVisible();
}

export const dialog = (page: Page): Locator => page.getByRole('dialog');

/** Opens what can be done with a person, chooses it, and says yes. */
export async function manage(page: Page, person: Pick<Account, 'name'>, step: string): Promise<void> {
  await page.getByRole('searchbox').fill(person.name);
  await page.getByRole('button', { name: `Manage ${person.name}` }).click();
  await dialog(page).getByRole('button', { name: step }).click();
  await dialog(page).getByRole('button', { name: step }).click();
}
