import type { Locator, Page } from '@playwright/test';
import { addCrowd, crowdName } from './support/crowd.ts';
import { account, expect, openConversation, rowOf, say, signIn, test, type Account } from './support/fixtures.ts';
import { writeMany } from './support/people.ts';

const rows = (page: Page): Locator => page.getByRole('navigation').getByRole('listitem').getByRole('link');

async function names(page: Page, people: readonly Account[]): Promise<string[]> {
  const texts = await rows(page).allTextContents();
  return texts.flatMap((text) => people.find((person) => text.includes(person.name))?.name ?? []);
}

/** Away from the list, with the pointer and with the focus. */
async function lookAway(page: Page): Promise<void> {
  await page.mouse.move(900, 400);
  await page.getByRole('main').click({ position: { x: 5, y: 5 } });
}

test('19: the newest activity comes first, and nothing moves under the pointer or the focus', async ({ windows, server }) => {
  const admin = await account(server, 'Ann', 'admin');
  const [one, two, three] = [await account(server, 'Bo', 'user'), await account(server, 'Cy', 'user'), await account(server, 'Di', 'user')];
  const people = [one, two, three];
  for (const person of people) await writeMany(server.url, person, admin, ['hello']);
  const page = await windows.open();
  await page.clock.install();
  await signIn(page, admin);
  await lookAway(page);
  await expect.poll(() => names(page, people)).toEqual([three.name, two.name, one.name]);
  await writeMany(server.url, one, admin, ['first now']);
  await expect.poll(() => names(page, people)).toEqual([one.name, three.name, two.name]);

  // From here on the clock stands still: the pointer does not rest.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
  await rowOf(page, three).hover();
  await writeMany(server.url, two, admin, ['under the pointer']);
  await expect(rowOf(page, two)).toContainText('under the pointer');
  expect(await names(page, people)).toEqual([one.name, three.name, two.name]);
  await page.clock.resume();
  await lookAway(page);
  await expect.poll(() => names(page, people)).toEqual([two.name, one.name, three.name]);

  await rowOf(page, one).focus();
  await writeMany(server.url, three, admin, ['under the focus']);
  await expect(rowOf(page, three)).toContainText('under the focus');
  expect(await names(page, people)).toEqual([two.name, one.name, three.name]);
  await expect(rowOf(page, one)).toBeFocused();
  await lookAway(page);
  await expect.poll(() => names(page, people)).toEqual([three.name, two.name, one.name]);
});

test('20: a row has name, preview, time and unread count, up to 99+, and the draft', async ({ windows, server }) => {
  const admin = await account(server, 'Eli', 'admin');
  const [talker, quiet] = [await account(server, 'Fay', 'user'), await account(server, 'Gus', 'user')];
  await writeMany(server.url, talker, admin, Array.from({ length: 120 }, (_, n) => `line ${n}`));
  await writeMany(server.url, admin, quiet, ['**I** wrote\n`this`']);
  const page = await windows.open();
  await signIn(page, admin);
  await expect(rowOf(page, talker)).toHaveAccessibleName(/120 unread messages/);
  await expect(rowOf(page, talker)).toContainText('99+');
  await expect(rowOf(page, talker)).toContainText('line 119');
  await expect(rowOf(page, talker).locator('time')).toHaveText(/\d\d:\d\d/);
  await expect(rowOf(page, quiet)).toContainText('You: I wrote this');
  await expect(rowOf(page, quiet)).not.toHaveAccessibleName(/unread/);

  await openConversation(page, quiet);
  await page.getByRole('textbox', { name: /Message/ }).fill('to be continued');
  await openConversation(page, talker);
  await expect(rowOf(page, quiet)).toContainText('Draft: to be continued');
});

test('21: opening a conversation clears its badge in every tab and on every device', async ({ windows, server }) => {
  const admin = await account(server, 'Hal', 'admin');
  const user = await account(server, 'Ivy', 'user');
  await writeMany(server.url, user, admin, ['one', 'two', 'three']);
  const desk = await windows.open();
  await signIn(desk, admin);
  const tab = await desk.context().newPage();
  await tab.goto('/');
  const pocket = await windows.open({ viewport: { width: 390, height: 844 } });
  await signIn(pocket, admin);
  for (const page of [desk, tab, pocket]) await expect(rowOf(page, user)).toHaveAccessibleName(/3 unread messages/);
  await openConversation(desk, user);
  for (const page of [desk, tab, pocket]) {
    await expect(rowOf(page, user)).not.toHaveAccessibleName(/unread/);
    await expect(page).not.toHaveTitle(/^\(/);
  }
});

test('22: of ten thousand partners a few dozen stand in the document, and a name is found among all', async ({ windows, freshServer }) => {
  const admin = await account(freshServer, 'Jo', 'admin');
  const count = 10_000;
  await freshServer.kill();
  addCrowd(freshServer.database, { like: admin, to: admin, count });
  await freshServer.restart();
  const page = await windows.open({ baseURL: freshServer.url });
  await signIn(page, admin);
  await expect(rows(page).first()).toContainText(crowdName(count - 1));
  // A server that was killed looks through its database first.
  await expect(page).toHaveTitle(/^\(10,000\)/, { timeout: 40_000 });
  expect(await rows(page).count()).toBeLessThan(60);

  const list = page.getByRole('navigation').getByRole('list').locator('..');
  await list.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
  await expect(rows(page).filter({ hasText: crowdName(0) })).toBeVisible();
  expect(await rows(page).count()).toBeLessThan(60);

  const filter = page.getByRole('searchbox');
  await filter.fill('customer 04321');
  await expect(rows(page)).toHaveCount(1);
  await rows(page).first().click();
  await expect(page.getByRole('heading', { name: crowdName(4_321) })).toBeVisible();
  await expect(page.getByRole('log')).toContainText('Question 4321');
  await filter.fill('nobody of that name');
  await expect(page.getByText('Nobody here is called')).toBeVisible();
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(filter).toHaveValue('');
});

test('unread first, and who waits longest first', async ({ windows, server }) => {
  const admin = await account(server, 'Kay', 'admin');
  const people = [await account(server, 'Len', 'user'), await account(server, 'Mo', 'user'), await account(server, 'Ned', 'user')] as const;
  const [waits, later, answered] = people;
  await writeMany(server.url, waits, admin, ['I wait']);
  await writeMany(server.url, later, admin, ['I wait too']);
  await writeMany(server.url, admin, answered, ['All is well']);
  const page = await windows.open();
  await signIn(page, admin);
  await lookAway(page);
  await expect.poll(() => names(page, people)).toEqual([answered.name, later.name, waits.name]);
  const choose = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'Order of the list' }).click();
    await page.getByRole('menuitemradio', { name }).click();
    await lookAway(page);
  };
  await choose('Unread first');
  await expect.poll(() => names(page, people)).toEqual([later.name, waits.name, answered.name]);
  await choose('Waiting longest first');
  await expect.poll(() => names(page, people)).toEqual([waits.name, later.name, answered.name]);
  await page.reload();
  await expect.poll(() => names(page, people)).toEqual([waits.name, later.name, answered.name]);
});

test('18: reload, back and forward show the same conversation', async ({ windows, server }) => {
  const admin = await account(server, 'Oz', 'admin');
  const [first, second] = [await account(server, 'Pam', 'user'), await account(server, 'Quin', 'user')];
  const page = await windows.open();
  await signIn(page, admin);
  const shown = async (person: Account): Promise<void> => {
    await expect(page).toHaveURL(new RegExp(`/c/${person.id}$`));
    await expect(page.getByRole('heading', { name: person.name })).toBeVisible();
    await expect(rowOf(page, person)).toHaveAttribute('aria-current', 'page');
  };
  await openConversation(page, first);
  await openConversation(page, second);
  await shown(second);
  await page.goBack();
  await shown(first);
  await page.reload();
  await shown(first);
  await page.goForward();
  await shown(second);
});

test('42, 44: a list that cannot be loaded says so and is loaded on Retry, in the place of its skeleton', async ({ windows, server }) => {
  const admin = await account(server, 'Roy', 'admin');
  const user = await account(server, 'Sue', 'user');
  await writeMany(server.url, user, admin, ['hello']);
  const page = await windows.open();
  await signIn(page, admin);
  await page.route('**/chat/conversations**', (route) => route.abort());
  await page.reload();
  const note = page.getByRole('navigation').getByRole('alert');
  await expect(note).toContainText('The list of people could not be loaded.');
  await page.unroute('**/chat/conversations**');

  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/chat/conversations**', async (route) => {
    await held;
    await route.continue();
  });
  await note.getByRole('button', { name: 'Retry' }).click();
  const skeleton = page.getByRole('navigation').locator('[aria-busy=true] > div').first();
  const before = await skeleton.boundingBox();
  release();
  const after = await rowOf(page, user).boundingBox();
  expect({ y: before?.y, height: before?.height }).toEqual({ y: after?.y, height: after?.height });
});

test('43: who comes first is told what to do, and sees customers appear', async ({ windows, freshServer }) => {
  const admin = await account(freshServer, 'Tess', 'admin');
  const page = await windows.open({ baseURL: freshServer.url });
  await signIn(page, admin);
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { name: 'Your chat is ready' })).toBeVisible();
  await expect(main).toContainText(freshServer.url);
  const user = await account(freshServer, 'Ute', 'user');
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(rowOf(page, user)).toContainText('Start a conversation');
  await main.getByRole('link', { name: `Open ${user.name}` }).click();
  await say(page, 'Welcome!');
  await expect(rowOf(page, user)).toContainText('You: Welcome!');
});
