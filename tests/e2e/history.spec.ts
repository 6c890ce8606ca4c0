import type { Locator, Page } from '@playwright/test';
import { account, bubble, expect, history, openConversation, rowOf, say, signIn, test, type Account } from './support/fixtures.ts';
import { Network } from './support/network.ts';
import { readAll, writeMany } from './support/people.ts';
import type { Server } from './support/server.ts';

const lines = (from: number, count: number) => Array.from({ length: count }, (_, n) => `line ${from + n}${' and more'.repeat((from + n) % 17)}`);
const line = (page: Page, n: number) => history(page).getByText(new RegExp(`^line ${n}( |$)`));
const fromEnd = (page: Page) => history(page).evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight));
const jump = (page: Page) => page.getByRole('button', { name: /latest message|new message/ });
const divider = (page: Page) => history(page).getByText('New', { exact: true });

async function pair(server: Server): Promise<{ admin: Account; user: Account }> {
  return { admin: await account(server, 'Ivo', 'admin'), user: await account(server, 'Ute', 'user') };
}

/** Where the element is, seen from the upper edge of the history. */
async function below(page: Page, element: Locator): Promise<number> {
  const [inner, outer] = [await element.boundingBox(), await history(page).boundingBox()];
  if (inner === null || outer === null) throw new Error('not in the document');
  return inner.y - outer.y;
}

/** Once two looks, a frame apart, find the same. */
async function still(page: Page, element: Locator): Promise<number> {
  let before = Number.NaN;
  await expect(async () => {
    const now = await below(page, element);
    const last = before;
    before = now;
    expect(now).toBe(last);
  }).toPass({ intervals: [100] });
  return before;
}

/** Notes in every frame in which the history can be seen where `text` stands, and how far the end is. */
async function watchFrames(page: Page, text: string): Promise<() => Promise<{ at: number[]; end: number[] }>> {
  await page.evaluate((wanted) => {
    const seen = { at: [] as number[], end: [] as number[] };
    Object.assign(window, { seen });
    const look = (): void => {
      requestAnimationFrame(look);
      const log = document.querySelector('[role=log]');
      if (log === null || getComputedStyle(log).visibility === 'hidden') return;
      const found = [...log.querySelectorAll('span, p')].find((it) => it.textContent === wanted);
      const at = found === undefined ? -1 : Math.round(found.getBoundingClientRect().top - log.getBoundingClientRect().top);
      if (seen.at.at(-1) !== at) seen.at.push(at);
      const end = Math.round(log.scrollHeight - log.scrollTop - log.clientHeight);
      if (seen.end.at(-1) !== end) seen.end.push(end);
    };
    requestAnimationFrame(look);
  }, text);
  return () => page.evaluate(() => (window as unknown as { seen: { at: number[]; end: number[] } }).seen);
}

/** From the top to the end, most of a window a frame: the numbers of the lines that came into sight, and the uppermost each time. */
const walkDown = (page: Page): Promise<{ first: number[]; seen: number[] }> =>
  history(page).evaluate(async (box) => {
    const seen = new Set<number>();
    const first: number[] = [];
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const edge = box.getBoundingClientRect();
    for (let rest = 0; rest < 5; rest += box.scrollHeight - box.scrollTop - box.clientHeight < 2 ? 1 : -rest) {
      await frame();
      const inSight = [...box.querySelectorAll('p[dir=auto]')].filter((it) => it.getBoundingClientRect().bottom > edge.top && it.getBoundingClientRect().top < edge.bottom);
      const numbers = inSight.map((it) => Number(it.textContent.split(' ')[1]));
      for (const number of numbers) seen.add(number);
      first.push(numbers[0] ?? Number.NaN);
      box.scrollTop += 480;
    }
    return { first, seen: [...seen] };
  });

test.describe('opening', () => {
  test('8, 15: opens at the unread divider in the upper third, without travel; the divider stays where it is', async ({ windows, server }) => {
    const { admin, user } = await pair(server);
    await writeMany(server.url, user, admin, lines(0, 90));
    await readAll(server.url, admin, user);
    await writeMany(server.url, user, admin, lines(90, 70));
    const page = await windows.open({ viewport: { width: 1024, height: 768 } });
    await signIn(page, admin);
    await expect(rowOf(page, user)).toBeVisible();
    const frames = await watchFrames(page, 'New');
    await openConversation(page, user);
    await expect(divider(page)).toBeInViewport();
    const at = await still(page, divider(page));
    const height = await history(page).evaluate((box) => box.clientHeight);
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(height / 3);
    expect((await frames()).at, 'every place it was seen at').toEqual([Math.round(at)]);
    await expect(line(page, 90)).toBeInViewport();

    // Read now, and more comes in: one divider, above the same message.
    await jump(page).click();
    await expect(line(page, 159)).toBeInViewport();
    await expect(rowOf(page, user)).not.toHaveAccessibleName(/unread/);
    await writeMany(server.url, user, admin, lines(160, 2));
    await expect(line(page, 161)).toBeInViewport();
    await expect(async () => {
      await history(page).evaluate((box) => box.scrollBy({ top: -300 }));
      await expect(line(page, 90)).toBeInViewport({ timeout: 50 });
    }).toPass({ intervals: [10] });
    await expect(divider(page)).toHaveCount(1);
    const gap = (await still(page, line(page, 90))) - (await below(page, divider(page)));
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(60);
  });

  test('8: opens at the end when all is read, without travel', async ({ windows, server }) => {
    const { admin, user } = await pair(server);
    await writeMany(server.url, user, admin, lines(0, 150));
    await readAll(server.url, admin, user);
    const page = await windows.open({ viewport: { width: 1024, height: 768 } });
    await signIn(page, admin);
    await expect(rowOf(page, user)).toBeVisible();
    const frames = await watchFrames(page, 'New');
    await openConversation(page, user);
    await expect(line(page, 149)).toBeInViewport();
    await still(page, line(page, 149));
    expect((await frames()).end, 'distances from the end that were seen').toEqual([0]);
    await expect(divider(page)).toHaveCount(0);
  });

  test('8: a divider further up than the first page is found', async ({ windows, server }) => {
    const { admin, user } = await pair(server);
    await writeMany(server.url, admin, user, ['hello']);
    await writeMany(server.url, user, admin, lines(0, 1));
    await readAll(server.url, admin, user);
    await writeMany(server.url, user, admin, lines(1, 240));
    const page = await windows.open({ viewport: { width: 1024, height: 768 } });
    await signIn(page, admin);
    await openConversation(page, user);
    await expect(divider(page)).toBeInViewport();
    await expect(line(page, 1)).toBeInViewport();
  });
});

test('9: older pages load 800 px ahead, the beginning says so, the document stays small, and the way back down has all of it', async ({ windows, server }) => {
  test.setTimeout(120_000);
  const { admin, user } = await pair(server);
  const total = 1_800; // more than are laid out at once
  await writeMany(server.url, user, admin, lines(0, total));
  await readAll(server.url, admin, user);
  const page = await windows.open({ viewport: { width: 1024, height: 768 } });
  await signIn(page, admin);
  const asked: string[] = [];
  await page.route(/limit=50&before=/, (route) => route.continue({ url: route.request().url().replace('limit=50', 'limit=500') }));
  await openConversation(page, user);
  await expect(line(page, total - 1)).toBeInViewport();
  page.on('request', (request) => {
    if (request.url().includes(`/chat/messages/${user.id}`)) asked.push(request.url());
  });
  const log = history(page);
  const most = await log.evaluate((box) => {
    const count = { most: 0 };
    Object.assign(window, { count });
    new MutationObserver(() => (count.most = Math.max(count.most, box.querySelectorAll('time').length))).observe(box, { subtree: true, childList: true });
    return count.most;
  });
  expect(most).toBe(0);
  await log.evaluate((box) => box.scrollTo({ top: 1_600 }));
  await expect(log.locator('[data-index]').first()).toBeAttached();
  await still(page, log.locator('[data-index]').nth(8));
  expect(await log.evaluate((box) => box.scrollTop)).toBeGreaterThan(800);
  expect(asked, 'further than 800 px from the top').toEqual([]);
  const request = page.waitForRequest(/before=/);
  await log.evaluate((box) => box.scrollTo({ top: 700 }));
  await request;
  await expect(async () => {
    await log.evaluate((box) => box.scrollTo({ top: 0 }));
    await expect(log.getByText('Beginning of conversation')).toBeInViewport({ timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await expect(line(page, 0)).toBeInViewport();
  expect(await page.evaluate(() => (window as unknown as { count: { most: number } }).count.most), 'messages in the document').toBeLessThanOrEqual(200);

  const { first, seen } = await walkDown(page);
  expect(seen).toEqual(Array.from({ length: total }, (_, n) => n));
  expect(first, 'no step back').toEqual(first.toSorted((a, b) => a - b));
  // Nobody is taken further than they went, though more comes in below.
  await log.evaluate((box) => box.scrollTo({ top: 0 }));
  await expect.poll(() => log.evaluate((box) => box.scrollTop)).toBeGreaterThan(5_000);
  const last = await log.evaluate((box) => {
    box.scrollTo({ top: box.scrollHeight });
    return box.scrollTop;
  });
  expect(last).toBeGreaterThan(50_000);
  await expect.poll(() => fromEnd(page)).toBeGreaterThan(10_000);
  await log.press('End');
  await expect(line(page, total - 1)).toBeInViewport();
  await expect.poll(() => fromEnd(page)).toBe(0);
});

test('9: what is read stays where it is while an older page comes in, within a pixel', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  await writeMany(server.url, user, admin, lines(0, 1_150));
  await readAll(server.url, admin, user);
  const page = await windows.open({ viewport: { width: 1024, height: 768 } });
  await signIn(page, admin);
  // A short first page: the place that is kept lies beyond all there was to scroll before.
  await page.route(/limit=1000/, (route) => route.continue({ url: route.request().url().replace('limit=1000', 'limit=50') }));
  await openConversation(page, user);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/before=/, async (route) => {
    await held;
    await route.continue();
  });
  const log = history(page);
  await expect(line(page, 1_149)).toBeInViewport();
  const asked = page.waitForRequest(/before=/);
  await log.evaluate((box) => box.scrollTo({ top: 500 }));
  await asked;
  const number = await log.evaluate((box) => {
    const top = box.getBoundingClientRect().top + 200;
    return Number([...box.querySelectorAll('p[dir=auto]')].find((it) => it.getBoundingClientRect().top > top)?.textContent?.split(' ')[1]);
  });
  const before = await still(page, line(page, number));
  const height = await log.evaluate((box) => box.scrollHeight);
  release();
  await expect.poll(() => log.evaluate((box) => box.scrollHeight)).toBeGreaterThan(height + 1_000);
  expect(Math.abs((await still(page, line(page, number))) - before), 'pixels of jump').toBeLessThanOrEqual(1);
});

test('10, 11, 12: the end is followed; further up nothing moves, a pill counts, and button, End and one’s own message lead down', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  await writeMany(server.url, user, admin, lines(0, 80));
  await readAll(server.url, admin, user);
  const page = await windows.open({ viewport: { width: 1024, height: 768 } });
  await signIn(page, admin);
  await openConversation(page, user);
  await expect(line(page, 79)).toBeInViewport();
  await expect(jump(page)).toHaveCount(0);
  // Within 80 px of the end still counts as there.
  await history(page).evaluate((box) => box.scrollBy({ top: -60 }));
  await writeMany(server.url, user, admin, lines(80, 1));
  await expect(line(page, 80)).toBeInViewport();
  await expect.poll(() => fromEnd(page)).toBe(0);

  const up = async (): Promise<number> => {
    await history(page).evaluate((box) => box.scrollTo({ top: box.scrollHeight - box.clientHeight - 900 }));
    await expect(jump(page)).toBeVisible();
    return still(page, line(page, 70));
  };
  const place = await up();
  await writeMany(server.url, user, admin, lines(81, 2));
  await expect(jump(page)).toHaveText('2 new messages');
  expect(await still(page, line(page, 70)), 'moved').toBe(place);
  await jump(page).click();
  await expect.poll(() => fromEnd(page)).toBe(0);
  await expect(line(page, 82)).toBeInViewport();
  await expect(jump(page)).toHaveCount(0);

  await up();
  await expect(jump(page)).toHaveAccessibleName('Jump to the latest message');
  await history(page).press('End');
  await expect.poll(() => fromEnd(page)).toBe(0);
  await up();
  await page.getByRole('textbox', { name: /Message/ }).press('End');
  await expect.poll(() => fromEnd(page)).toBe(0);

  await up();
  await say(page, 'my own');
  await expect(bubble(page, 'my own')).toBeInViewport();
  await expect.poll(() => fromEnd(page)).toBe(0);
});

test.describe('13', () => {
  // Each on the other side of midnight from UTC.
  for (const [timezoneId, utc, clock, day] of [
    ['Pacific/Kiritimati', '2026-05-04T11:30:00', '1:30', '5 May'],
    ['America/St_Johns', '2026-05-04T01:30:00', '23:00', '3 May'],
  ] as const) {
    test(`13: times and days are those of the viewer's zone (${timezoneId})`, async ({ windows, server }) => {
      const { admin, user } = await pair(server);
      await writeMany(server.url, user, admin, ['what time is it?']);
      await server.rewrite(`UPDATE chat SET timestamp = '${utc.replace('T', ' ')}' WHERE sender_id = ${user.id}`);
      const page = await windows.open({ timezoneId });
      await page.clock.install({ time: '2026-06-01T12:00:00Z' });
      await signIn(page, admin);
      await openConversation(page, user);
      const time = bubble(page, 'what time is it?').locator('time');
      await expect(time).toHaveAttribute('datetime', `${utc}.000Z`);
      await expect(time).toHaveText(clock);
      await expect(history(page).getByText(day)).toBeVisible();
      await expect(rowOf(page, user).locator('time')).toContainText(day);
    });
  }

  test('13: days are separated, the day stays at the upper edge, and rolls over at midnight', async ({ windows, server }) => {
    const { admin, user } = await pair(server);
    await writeMany(server.url, user, admin, lines(0, 90));
    await readAll(server.url, admin, user);
    // Three days of thirty messages, at noon of Berlin; today is the third.
    const noon = new Date();
    noon.setUTCHours(11, 0, 0, 0);
    const day = (back: number) => new Date(noon.getTime() - back * 86_400_000).toISOString().slice(0, 19).replace('T', ' ');
    const first = `(SELECT min(id) FROM chat WHERE sender_id = ${user.id})`;
    await server.rewrite(
      `UPDATE chat SET timestamp = CASE (id - ${first}) / 30 WHEN 0 THEN '${day(2)}' WHEN 1 THEN '${day(1)}' ELSE '${day(0)}' END WHERE sender_id = ${user.id}`,
    );
    const page = await windows.open({ viewport: { width: 1024, height: 768 } });
    await page.clock.install({ time: noon });
    await signIn(page, admin);
    await openConversation(page, user);
    await expect(line(page, 89)).toBeInViewport();
    const sticky = page.locator('[data-sticky-day]');
    const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'Europe/Berlin' }).format(noon.getTime() - 2 * 86_400_000);
    await expect(sticky).toHaveText('Today');
    await expect(rowOf(page, user).locator('time')).toHaveText('12:00');
    const edge = (await sticky.boundingBox())?.y;
    const scrollTo = (n: number) =>
      expect(async () => {
        await history(page).evaluate((box, by) => box.scrollBy({ top: by }), n * -400);
        await expect(sticky).toHaveText(n === 1 ? 'Yesterday' : weekday, { timeout: 200 });
      }).toPass({ timeout: 20_000 });
    await scrollTo(1);
    expect((await sticky.boundingBox())?.y).toBe(edge);
    await scrollTo(2);
    await page.clock.setSystemTime(noon.getTime() + 12 * 3_600_000 + 60_000);
    await jump(page).click();
    await page.clock.runFor(31_000);
    await expect(sticky).toHaveText('Yesterday');
    await expect(rowOf(page, user).locator('time')).toHaveText('Yesterday');
  });
});

test('14: messages of one author within five minutes are a group; the exact time on hover and on focus', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  await writeMany(server.url, user, admin, ['one', 'two', 'three']);
  const last = `(SELECT max(id) FROM chat WHERE sender_id = ${user.id})`;
  // Six minutes before the third; still the same day.
  await server.rewrite(
    `UPDATE chat SET timestamp = CASE id WHEN ${last} THEN '2026-05-04 10:36:40' ELSE '2026-05-04 10:30:40' END WHERE sender_id = ${user.id}`,
  );
  const page = await windows.open();
  await signIn(page, admin);
  await openConversation(page, user);
  await expect(bubble(page, 'three')).toBeVisible();
  const box = async (text: string) => {
    const found = await history(page).locator('[data-message]').filter({ has: page.getByText(text, { exact: true }) }).boundingBox();
    if (found === null) throw new Error(text);
    return found;
  };
  const gap = async (upper: string, lower: string) => (await box(lower)).y - (await box(upper)).y - (await box(upper)).height;
  expect(await gap('one', 'two')).toBeLessThan(5);
  expect(await gap('two', 'three')).toBeGreaterThan(5);

  const exact = (text: string) => bubble(page, text).locator('time').evaluate((time) => getComputedStyle(time, '::after').content);
  const wanted = '"Monday 4 May 2026 at 12:30:40"';
  expect(await exact('two')).toBe('none');
  await bubble(page, 'two').locator('time').hover();
  expect((await exact('two')).replace(',', '')).toBe(wanted);
  await page.mouse.move(0, 0);
  expect(await exact('two')).toBe('none');
  // By keyboard: from the history the arrows lead to the newest message, and on from there.
  await history(page).focus();
  await page.keyboard.press('ArrowUp');
  expect((await exact('three')).replace(',', '')).toContain('12:36:40');
  await page.keyboard.press('ArrowUp');
  expect((await exact('two')).replace(',', '')).toBe(wanted);
  await page.keyboard.press('ArrowDown');
  expect(await exact('two')).toBe('none');
});

test('16: coming back finds the same place and the draft', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const other = await account(server, 'Zoe', 'user');
  await writeMany(server.url, user, admin, lines(0, 200));
  await readAll(server.url, admin, user);
  const page = await windows.open({ viewport: { width: 1024, height: 768 } });
  await signIn(page, admin);
  await openConversation(page, user);
  await expect(line(page, 199)).toBeInViewport();
  await history(page).evaluate((box) => box.scrollBy({ top: -2_345 }));
  await expect(jump(page)).toBeVisible();
  const number = await history(page).evaluate((box) => {
    const top = box.getBoundingClientRect().top;
    return Number([...box.querySelectorAll('p[dir=auto]')].find((it) => it.getBoundingClientRect().top > top + 100)?.textContent?.split(' ')[1]);
  });
  const before = await still(page, line(page, number));
  await page.getByRole('textbox', { name: /Message/ }).fill('half a thought');
  await openConversation(page, other);
  await expect(page.getByRole('textbox', { name: /Message/ })).toHaveValue('');
  const frames = await watchFrames(page, 'New');
  await openConversation(page, user);
  await expect(line(page, number)).toBeInViewport();
  expect(Math.abs((await still(page, line(page, number))) - before)).toBeLessThanOrEqual(1);
  expect((await frames()).end.length, 'distances from the end that were seen').toBe(1);
  await expect(page.getByRole('textbox', { name: /Message/ })).toHaveValue('half a thought');
  // Also by the way back of the browser.
  await page.goBack();
  await page.goForward();
  expect(Math.abs((await still(page, line(page, number))) - before)).toBeLessThanOrEqual(1);
});

test('44: a conversation or an older page that cannot be loaded says so, and Retry loads it', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  await writeMany(server.url, user, admin, lines(0, 1_060));
  await readAll(server.url, admin, user);
  const page = await windows.open({ viewport: { width: 1024, height: 768 } });
  await signIn(page, admin);
  await page.route(/\/chat\/messages\//, (route) => route.abort());
  await rowOf(page, user).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('could not be loaded.');
  await page.unroute(/\/chat\/messages\//);
  await alert.getByRole('button', { name: 'Retry' }).click();
  await expect(line(page, 1_059)).toBeInViewport();
  await page.route(/before=/, (route) => route.abort());
  await history(page).evaluate((box) => box.scrollTo({ top: 0 }));
  await expect(alert).toContainText('Older messages could not be loaded.');
  await page.unroute(/before=/);
  await alert.getByRole('button', { name: 'Retry' }).click();
  await expect(alert).toHaveCount(0);
  await expect(async () => {
    await history(page).evaluate((box) => box.scrollTo({ top: 0 }));
    await expect(history(page).getByText('Beginning of conversation')).toBeInViewport({ timeout: 500 });
  }).toPass({ timeout: 30_000 });
});

test('47: the history is one log; a polite region of its own announces what comes in, and nothing else', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const page = await windows.open();
  const network = await Network.of(page.context());
  await writeMany(server.url, user, admin, ['an old one']);
  await signIn(page, admin);
  await openConversation(page, user);
  await expect.poll(() => network.upgraded).toBe(true);
  await expect(page.getByRole('log')).toHaveCount(1);
  const polite = page.locator('[aria-live=polite]');
  await expect(polite).toHaveText('');
  await say(page, 'my own words');
  await expect(bubble(page, 'my own words')).toContainText('Sent');
  await expect(polite).toHaveText('');
  await writeMany(server.url, user, admin, ['a new one']);
  await expect(polite).toHaveText(`New message from ${user.name}: a new one`);
  await expect(history(page)).toHaveAttribute('aria-live', 'off');
});

test('42: what does not come at once is announced by a skeleton, invisible at first', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  await writeMany(server.url, user, admin, lines(0, 30));
  const page = await windows.open();
  await signIn(page, admin);
  await expect(rowOf(page, user)).toBeVisible();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/chat\/messages\//, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/c/${user.id}`);
  const skeleton = page.locator('main [aria-busy=true]');
  await expect(skeleton).toContainText('Loading…');
  const bar = skeleton.locator('.skeleton').first();
  expect(await bar.evaluate((it) => getComputedStyle(it).animationDelay.split(', ')[0])).toBe('0.2s');
  await expect.poll(() => bar.evaluate((it) => getComputedStyle(it).opacity)).toBe('1');
  release();
  await expect(divider(page)).toBeInViewport();
  await expect(skeleton).toHaveCount(0);
});

test('43: an empty conversation says so in one sentence, with one action that leads to the composer', async ({ windows, server }) => {
  const { admin, user } = await pair(server);
  const page = await windows.open();
  await signIn(page, user);
  await page.goto(`/c/${admin.id}`);
  await expect(page.getByText(`No messages yet. Say hello to ${admin.name}.`)).toBeVisible();
  await page.getByRole('button', { name: 'Write a message' }).click();
  await expect(page.getByRole('textbox', { name: /Message/ })).toBeFocused();
  await say(page, 'hello');
  await expect(page.getByText('No messages yet.')).toHaveCount(0);
});
