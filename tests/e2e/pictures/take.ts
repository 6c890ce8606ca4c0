import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { register, writeMany, type Account } from '../support/people.ts';
import { bubble, expect, openConversation, rowOf, say, signIn, test } from '../support/fixtures.ts';

const folder = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
const password = 'a walk in the rain';
const person = (name: string, role: Account['role']) => ({ name, role, password, email: `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com` });

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}${name}.png`, animations: 'disabled', caret: 'hide' });
}

test('pictures of the main screens', async ({ windows, server }) => {
  const maya = await register(server.url, person('Maya Lindqvist', 'admin'));
  const customers = [];
  for (const name of ['Bruno Keller', 'Zoë van den Berg', 'Samir Haddad', 'Ada Okafor']) customers.push(await register(server.url, person(name, 'user')));
  const [bruno, zoe, samir, ada] = customers as [Account, Account, Account, Account];
  await writeMany(server.url, bruno, maya, ['Could you send me the invoice for May once more?']);
  await writeMany(server.url, maya, bruno, ['Of course, it is in your mailbox.']);
  await writeMany(server.url, zoe, maya, ['Is the workshop on Friday still on?', 'I would bring a colleague.']);
  await writeMany(server.url, samir, maya, ['Thank you, that solved it!']);

  for (const colorScheme of ['light', 'dark'] as const) {
    const desk = await windows.open({ viewport: { width: 1280, height: 800 }, colorScheme });
    const phone = await windows.open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme });
    await desk.goto('/login');
    await expect(desk.getByRole('heading', { level: 1 })).toBeVisible();
    await take(desk, `sign-in-${colorScheme}`);
    await signIn(desk, maya);
    await signIn(phone, ada);
    if (colorScheme === 'light') {
      await openConversation(phone, maya);
      await say(phone, 'Good morning! My parcel was due yesterday. Can you see where it is?');
      await openConversation(desk, ada);
      await say(desk, 'Good morning, Ada. One moment, I will have a look.');
      await say(desk, 'It left our house on Monday and is in Utrecht now: https://example.com/track/7Q2X');
      await say(phone, 'Wonderful, thank you for being so quick 🙏');
      await say(desk, 'With pleasure. It should be with you by noon.');
    } else {
      await openConversation(desk, ada);
      await openConversation(phone, maya);
    }
    await expect(bubble(desk, 'With pleasure. It should be with you by noon.')).toContainText('Read');
    await expect(rowOf(desk, zoe)).toHaveAccessibleName(/2 unread/);
    await take(desk, `conversation-${colorScheme}`);
    await take(phone, `phone-${colorScheme}`);
    await phone.getByRole('link', { name: 'Back' }).click();
    await phone.getByRole('searchbox').fill('');
    await take(phone, `phone-list-${colorScheme}`);
    await desk.goto('/people');
    await expect(desk.getByText(samir.email)).toBeVisible();
    await take(desk, `people-${colorScheme}`);
  }

  const arabic = await windows.open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: 'ar-EG' });
  await signIn(arabic, maya);
  await expect(rowOf(arabic, zoe)).toBeVisible();
  await take(arabic, 'phone-arabic');
});
