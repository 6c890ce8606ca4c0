import type { Page } from '@playwright/test';
import { writeMany } from './support/people.ts';
import { account, bubble, expect, expectSettled, openConversation, say, signIn, test } from './support/fixtures.ts';
import type { Server } from './support/server.ts';

// Hands that shake, eyes that need large letters, screens with few colours.

async function scene(server: Server) {
  const admin = await account(server, 'Ola', 'admin');
  const user = await account(server, 'Pia', 'user');
  const gone = await account(server, 'Quin', 'user');
  await writeMany(server.url, user, admin, ['one', 'two', '```\nsome(code);\n```']);
  await writeMany(server.url, gone, admin, ['good bye']);
  return { admin, user, gone, disable: () => server.command('user', 'disable', gone.email) };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Shows one screen after the other. */
async function walk(page: Page, { admin, user, gone, disable }: Scene, look: (screen: string) => Promise<void>): Promise<void> {
  for (const path of ['/login', '/register', '/reset', '/no/such/page']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await look(path);
  }
  await signIn(page, admin);
  await expect(page.getByRole('navigation').getByRole('link', { name: user.name })).toBeVisible();
  await look('list');
  for (const menu of ['Order of the list', 'Account and settings']) {
    await page.getByRole('button', { name: menu }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await look(menu);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toBeHidden();
  }
  await openConversation(page, user);
  await expect(page.getByRole('log').getByText('some(code);')).toBeVisible();
  await look('conversation');
  await page.getByRole('button', { name: 'Show details' }).click();
  await expect(page.getByRole('region', { name: 'Details' })).toBeVisible();
  await look('details');
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.goto('/');
  await openConversation(page, gone);
  await expect(bubble(page, 'good bye')).toBeVisible();
  await disable();
  await say(page, 'too late');
  await expect(bubble(page, 'too late')).toContainText('Not sent');
  await look('not sent');
  await page.goto('/account');
  await expect(page.getByText(admin.email)).toBeVisible();
  await look('/account');
  await page.goto('/people');
  await page.getByRole('searchbox').fill(user.name);
  await page.getByRole('button', { name: user.name }).click();
  await look('/people, one person');
  await page.getByRole('dialog').getByRole('listitem').last().getByRole('button').click();
  await look('/people, confirmation');
}

/** What can be pressed and is smaller than `least` pixels; links within a text apart, as WCAG has it. */
function smallTargets(page: Page, least: number): Promise<string[]> {
  return page.evaluate((size) => {
    const pressable = 'a[href], button, input:not([type=radio]), select, textarea, [role^=menuitem], label:has([type=radio])';
    const dialog = document.querySelector('dialog[open]');
    return [...(dialog ?? document).querySelectorAll<HTMLElement>(pressable)]
      .filter((it) => it.checkVisibility() && it.closest('.sr-only, [inert]') === null && it.tabIndex >= (it.matches('label, [role^=menuitem]') ? -1 : 0))
      .filter((it) => !(it.tagName === 'A' && getComputedStyle(it).display === 'inline' && it.parentElement?.textContent?.trim() !== it.textContent?.trim()))
      .map((it) => ({ it, box: it.getBoundingClientRect() }))
      .filter(({ box }) => box.width < size - 0.5 || box.height < size - 0.5)
      .map(({ it, box }) => `${Math.round(box.width)} × ${Math.round(box.height)}: ${it.outerHTML.slice(0, 100)}`);
  }, least);
}

for (const { name, least, options } of [
  { name: 'a mouse', least: 24, options: { viewport: { width: 1440, height: 900 } } },
  { name: 'a finger', least: 44, options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
]) {
  test(`48: whatever can be pressed is at least ${least} px for ${name}`, async ({ windows, server }) => {
    const people = await scene(server);
    const page = await windows.open(options);
    await walk(page, people, async (screen) => {
      expect(await smallTargets(page, least), screen).toEqual([]);
    });
  });
}

// 1280 × 1024 at 400 %: 320 × 256 are left.
test('48: at 400 % all can be reached, and nothing scrolls sideways', async ({ windows, server }) => {
  const people = await scene(server);
  const page = await windows.open({ viewport: { width: 320, height: 256 } });
  await walk(page, people, async (screen) => {
    await expectSettled(page);
    const lost = await page.evaluate(() => {
      const inside = document.querySelector('dialog[open], [role=menu]') ?? document;
      return [...inside.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [role^=menuitem]')]
        .filter((it) => it.checkVisibility() && it.closest('.sr-only, [inert]') === null)
        .filter((it) => {
          it.scrollIntoView({ block: 'nearest' });
          // A script scrolls what a person cannot.
          for (let box = it.parentElement; box !== null; box = box.parentElement) {
            if (box.scrollTop !== 0 && getComputedStyle(box).overflowY === 'hidden') return true;
          }
          const { left, right, top, bottom } = it.getBoundingClientRect();
          const at = document.elementFromPoint((left + right) / 2, (Math.max(top, 0) + Math.min(bottom, window.innerHeight)) / 2);
          return left < -1 || right > window.innerWidth + 1 || at === null || !(it.contains(at) || at.contains(it) || at.closest('label')?.contains(it));
        })
        .map((it) => it.outerHTML.slice(0, 120));
    });
    expect(lost, `out of reach: ${screen}`).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), screen).toBeLessThanOrEqual(0);
  });
});

test('50: with reduced motion nothing moves', async ({ windows, server }) => {
  const people = await scene(server);
  const page = await windows.open({ reducedMotion: 'reduce' });
  await page.addInitScript(() => {
    const moved: string[] = [];
    Object.assign(window, { moved });
    for (const event of ['animationstart', 'transitionrun'] as const) {
      document.addEventListener(
        event,
        ({ target }) => {
          for (const it of target instanceof Element ? target.getAnimations() : []) {
            const { duration, iterations } = it.effect?.getComputedTiming() ?? {};
            if (Number(duration) > 10 || iterations === Infinity) moved.push(`${event} ${Number(duration)} ms: ${(target as Element).outerHTML.slice(0, 100)}`);
          }
        },
        true,
      );
    }
  });
  await walk(page, people, async (screen) => {
    for (const button of await page.getByRole('button').filter({ visible: true }).all()) await button.hover({ force: true });
    expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved), screen).toEqual([]);
  });
});

test('50: in forced colours every button and the chosen row have an edge', async ({ windows, server }) => {
  const people = await scene(server);
  const page = await windows.open({ forcedColors: 'active' });
  const edge = (selector: string) =>
    page.evaluate((it) => {
      const bare = [...document.querySelectorAll<HTMLElement>(it)].filter((element) => {
        const { borderTopWidth, borderTopStyle, outlineStyle, outlineWidth } = getComputedStyle(element);
        const border = borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) >= 1;
        return element.checkVisibility() && !border && !(outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1);
      });
      return bare.map((element) => element.outerHTML.slice(0, 100));
    }, selector);
  await walk(page, people, async (screen) => {
    expect(await edge('.btn, .icon-btn, .field, [aria-current=page], label:has(:checked)'), screen).toEqual([]);
  });
});
