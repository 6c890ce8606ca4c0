import type { Page } from '@playwright/test';
import { account, bubble, expect, expectSound, history, openConversation, rowOf, say, signIn, test, type Account, type Windows } from './support/fixtures.ts';
import { writeMany } from './support/people.ts';
import type { Server } from './support/server.ts';

/** An admin in front of what a customer wrote. */
async function reader(windows: Windows, server: Server, texts: readonly string[], options: Parameters<Windows['open']>[0] = {}): Promise<{ page: Page; user: Account }> {
  const admin = await account(server, 'Ada', 'admin');
  const user = await account(server, 'Bob', 'user');
  await writeMany(server.url, user, admin, texts);
  const page = await windows.open(options);
  await signIn(page, admin);
  await openConversation(page, user);
  await expect(history(page).locator('p[dir=auto], pre').last()).toBeVisible();
  return { page, user };
}

test('30: text is never HTML, wherever it is shown', async ({ windows, server }) => {
  const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script><b>bold</b> &amp; {{ 1 + 1 }}';
  const marked = `**<i>x</i>** \`<u>y</u>\``;
  const { page, user } = await reader(windows, server, [marked, `\`\`\`\n${evil}\n\`\`\``, evil]);
  await expect(bubble(page, evil)).toHaveCount(2);
  await expect(rowOf(page, user)).toContainText('<img src=x');
  await expect(history(page).locator('pre')).toHaveText(evil);
  for (const tag of ['img', 'script', 'b', 'i', 'u']) await expect(page.locator(`[role=log] ${tag}, nav a ${tag}`)).toHaveCount(0);
  await say(page, evil);
  await expect(bubble(page, evil).last()).toContainText(/Sent|Read/);
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});

test('31: links are http, https and mailto, and give nothing away; anything else stays text', async ({ windows, server }) => {
  const good = ['http://x.example/a', 'https://x.example/b?c=d#e', 'mailto:a@x.example'];
  const bad = ['javascript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,hello', 'vbscript:x', 'file:///etc/passwd', 'ftp://x.example/'];
  const { page } = await reader(windows, server, [...good, ...bad, 'see (https://x.example/in), then *https://x.example/it*.']);
  for (const address of good) {
    const link = history(page).getByRole('link', { name: address, exact: true });
    await expect(link).toHaveAttribute('href', address);
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
    await expect(link).toHaveAttribute('target', '_blank');
  }
  for (const address of bad) await expect(bubble(page, address).getByRole('link')).toHaveCount(0);
  await expect(history(page).getByRole('link')).toHaveCount(good.length + 2);
  await expect(history(page).getByRole('link', { name: 'https://x.example/in', exact: true })).toBeVisible();
});

test('32: code, fences with a copy button, bold and italic', async ({ windows, server }) => {
  const code = 'let a = **1**;\n\nreturn a;';
  const { page } = await reader(windows, server, ['run `make all` **now**, *please*; 2*3*4', `try:\n\`\`\`js\n${code}\n\`\`\`\nthanks`], { permissions: ['clipboard-read', 'clipboard-write'] });
  const log = history(page);
  await expect(log.locator('code').first()).toHaveText('make all');
  await expect(log.locator('strong')).toHaveText('now');
  await expect(log.locator('em')).toHaveText('please');
  await expect(log).toContainText('2*3*4');
  await expect(log.locator('pre')).toHaveText(code);
  await expect(log.getByText('thanks', { exact: true })).toBeVisible();
  const weight = (tag: string) => log.locator(tag).first().evaluate((it) => getComputedStyle(it));
  expect(Number((await weight('strong')).fontWeight)).toBeGreaterThanOrEqual(600);
  expect((await weight('em')).fontStyle).toBe('italic');
  expect((await weight('pre')).fontFamily).toContain('mono');
  await log.getByRole('button', { name: 'Copy code' }).click();
  await expect(log.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
  await expectSound(page);
});

for (const width of [1440, 320]) {
  test(`33: each message has its direction, names stay whole, and nothing widens the window (${width})`, async ({ windows, server }) => {
    const arabic = 'مرحبا، هل يمكنك مساعدتي؟';
    const word = 'w'.repeat(10_000);
    const address = `https://x.example/${'a'.repeat(5_000)}`;
    const { page, user } = await reader(windows, server, [arabic, 'hello', `**${'b'.repeat(3_000)}**`, `\`\`\`\n${'c'.repeat(3_000)}\n\`\`\``, `\`${'d'.repeat(3_000)}\``, address, word], { viewport: { width, height: 800 } });
    await expect(history(page).getByText(word)).toBeAttached();
    const wide = () => page.evaluate(() => [document.documentElement, ...document.querySelectorAll('[role=log], nav, main')].map((it) => it.scrollWidth - it.clientWidth));
    for (let n = 0; n < 12; n += 1) {
      expect(Math.max(...(await wide()))).toBeLessThanOrEqual(0);
      await history(page).evaluate((box) => box.scrollBy({ top: -box.clientHeight }));
    }
    const direction = (text: string) => history(page).getByText(text, { exact: true }).evaluate((it) => getComputedStyle(it).direction);
    await expect(history(page).getByText(arabic, { exact: true })).toBeInViewport();
    expect([await direction(arabic), await direction('hello')]).toEqual(['rtl', 'ltr']);
    await expect(page.getByRole('heading', { name: user.name }).locator('bdi')).toHaveText(user.name);
  });
}
