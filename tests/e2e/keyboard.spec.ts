import type { Page } from '@playwright/test';
import { account, expect, expectSound, history, openConversation, rowOf, signIn, test } from './support/fixtures.ts';
import { writeMany } from './support/people.ts';

const composer = /Message/;

test('45: Ctrl+K goes to a conversation by name', async ({ windows, server }) => {
  const admin = await account(server, 'Abe', 'admin');
  const [one, two] = [await account(server, 'Bea', 'user'), await account(server, 'Cleo', 'user')];
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, one);
  await page.getByRole('textbox', { name: composer }).press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Go to a conversation' });
  await expect(dialog.getByRole('combobox')).toBeFocused();
  await page.keyboard.type(two.name.toUpperCase());
  await expect(dialog.getByRole('option')).toHaveCount(1);
  await expectSound(page);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { name: two.name })).toBeVisible();
  await expect(page.getByRole('textbox', { name: composer })).toBeFocused();

  // Arrows choose; Escape leaves all as it was.
  await page.keyboard.press('Control+k');
  const options = dialog.getByRole('option');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`/c/${two.id}$`));
  await expect(page.getByRole('textbox', { name: composer })).toBeFocused();
});

test('46: Alt with arrows goes through the list, with Shift through what is unread; Esc goes back to the list', async ({ windows, server }) => {
  const admin = await account(server, 'Dan', 'admin');
  const names = ['Ed', 'Flo', 'Gil', 'Hue'];
  const people = [];
  for (const name of names) people.push(await account(server, name, 'user'));
  for (const person of people) await writeMany(server.url, admin, person, ['hello']);
  const [low, lower, high, top] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0], (typeof people)[0]];
  const page = await windows.open();
  await signIn(page, admin);
  const shown = async (person: typeof low): Promise<void> => {
    await expect(page.getByRole('heading', { name: person.name })).toBeVisible();
    await expect(page.getByRole('textbox', { name: composer })).toBeFocused();
  };
  await openConversation(page, top);
  await page.keyboard.press('Alt+ArrowDown');
  await shown(high);
  await page.keyboard.press('Alt+ArrowDown');
  await shown(lower);
  await page.keyboard.press('Alt+ArrowUp');
  await shown(high);

  await writeMany(server.url, low, admin, ['one for you']);
  await expect(rowOf(page, low)).toHaveAccessibleName(/1 unread/);
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await shown(low);
  await expect(rowOf(page, low)).not.toHaveAccessibleName(/unread/);
  // The nearest above, not the first of all.
  for (const person of [lower, high]) {
    await writeMany(server.url, person, admin, ['and me?']);
    await expect(rowOf(page, person)).toHaveAccessibleName(/1 unread/);
  }
  await page.keyboard.press('Alt+Shift+ArrowUp');
  await shown(lower);
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await shown(high);
  await openConversation(page, low);

  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/$/);
  await expect(rowOf(page, low)).toBeFocused();
});

test('46: Ctrl+/ shows the keys, and so does the account menu', async ({ windows, server }) => {
  const page = await windows.open();
  await signIn(page, await account(server, 'Ian', 'admin'));
  await page.keyboard.press('Control+/');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toContainText('Unread conversation below');
  await expectSound(page);
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  await expect(help).toBeVisible();
  await help.getByRole('button', { name: 'Close' }).click();
  await expect(help).toBeHidden();
});

test('46: Esc closes a menu and leaves the conversation where it is', async ({ windows, server }) => {
  const admin = await account(server, 'Jan', 'admin');
  const user = await account(server, 'Kim', 'user');
  await writeMany(server.url, user, admin, ['hello']);
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, user);
  for (const name of ['Account', 'Order of the list']) {
    const button = page.getByRole('button', { name });
    await button.focus();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toBeHidden();
    await expect(button).toBeFocused();
    await expect(page).toHaveURL(new RegExp(`/c/${user.id}$`));
  }
  // The details too: the focus goes into them and comes back.
  const details = page.getByRole('button', { name: 'Show details' });
  await details.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Close details' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(details).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`/c/${user.id}$`));
});

test('46, 48: Tab leads from the list to the history and on to the composer; arrows go from row to row', async ({ windows, server }) => {
  const admin = await account(server, 'Kit', 'admin');
  const [one, two] = [await account(server, 'Liv', 'user'), await account(server, 'Max', 'user')];
  await writeMany(server.url, one, admin, ['hello']);
  await writeMany(server.url, two, admin, ['good morning']);
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, two);
  await rowOf(page, two).focus();
  await expect(rowOf(page, two)).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('ArrowDown');
  await expect(rowOf(page, one)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(rowOf(page, two)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(history(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('textbox', { name: composer })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(rowOf(page, two)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: one.name })).toBeVisible();

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press('Tab');
      const { what, contrast } = await focusRing(page);
      expect(contrast, `${colorScheme}: ${what}`).toBeGreaterThanOrEqual(3);
    }
  }
});

/** How much the ring around the focus stands out from the ground it lies on; 0: there is none. With nothing in focus all is well. */
function focusRing(page: Page): Promise<{ what: string; contrast: number }> {
  return page.evaluate(() => {
    const it = document.activeElement as HTMLElement;
    const luminance = (colour: string): number => {
      const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const { outlineStyle, outlineWidth, outlineColor, outlineOffset } = getComputedStyle(it);
    let ground: Element | null = Number.parseFloat(outlineOffset) < 0 ? it : it.parentElement;
    while (ground !== null && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
    const colours = [outlineColor, getComputedStyle(ground ?? document.documentElement).backgroundColor];
    const [dark = 0, light = 0] = colours.map(luminance).sort((a, b) => a - b);
    const none = outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 1;
    if (it === document.body) return { what: 'nothing', contrast: Infinity };
    return { what: it.outerHTML.slice(0, 120), contrast: none ? 0 : (light + 0.05) / (dark + 0.05) };
  });
}
