// A conversation of 50,000 messages: frames while it is scrolled from end to beginning and back, what an older page costs,
// how long a change of the conversation takes. Prints one line a figure; refuses none.
import type { Page } from '@playwright/test';
import { account, expect, history, signIn, test } from '../support/fixtures.ts';
import { readAll, writeMany } from '../support/people.ts';

const count = 50_000;
const line = (n: number): string => `line ${n}${' and more'.repeat((n * 7) % 23)}`;

function report(what: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
  console.log(`${what}: median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms (${values.length})`);
}

/** Notes how long the page works on every older page: from its text to the end of what that sets off before painting. */
async function watchPages(page: Page): Promise<void> {
  await page.evaluate(() => {
    const work: number[] = [];
    Object.assign(window, { work });
    const json = Response.prototype.json;
    Response.prototype.json = async function (this: Response): Promise<unknown> {
      const body: unknown = await json.call(this);
      if (!this.url.includes('before=')) return body;
      const begin = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => work.push(performance.now() - begin);
      port2.postMessage(null);
      return body;
    };
  });
}

/** Frames while the history is scrolled by `step` pixels each, until `enough` says so or it moves no more. */
const scrollFrames = (page: Page, step: number, framesMost: number): Promise<number[]> =>
  page.evaluate(
    async ([pixels, most]) => {
      const box = document.querySelector('[role=log]');
      if (box === null) throw new Error('no history');
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
      const frames: number[] = [];
      let last = await frame();
      for (let n = 0; n < (most ?? 0); n += 1) {
        box.scrollTop += pixels ?? 0;
        const now = await frame();
        frames.push(now - last);
        last = now;
      }
      return frames;
    },
    [step, framesMost],
  );

async function loadEverything(page: Page): Promise<number> {
  const begin = Date.now();
  await expect(async () => {
    await history(page).evaluate((box) => box.scrollTo({ top: 0 }));
    await expect(history(page).getByText('Beginning of conversation')).toBeInViewport({ timeout: 20 });
  }).toPass({ timeout: 240_000, intervals: [1] });
  return Date.now() - begin;
}

const switchTime = (page: Page, name: string, text: string): Promise<number> =>
  page.evaluate(
    async ([wanted, shown]) => {
      const row = [...document.querySelectorAll<HTMLElement>('nav li a')].find((it) => it.textContent.includes(wanted ?? ''));
      if (row === undefined) throw new Error(`no row of ${wanted}`);
      const begin = performance.now();
      row.click();
      const there = (): boolean => {
        const log = document.querySelector('[role=log]');
        return log !== null && getComputedStyle(log).visibility === 'visible' && log.textContent.includes(shown ?? '');
      };
      while (!there()) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - begin;
    },
    [name, text],
  );

test('50,000 messages', async ({ windows, freshServer: server }) => {
  const admin = await account(server, 'Ada', 'admin');
  const user = await account(server, 'Bob', 'user');
  const others = await Promise.all(Array.from({ length: 8 }, (_, n) => account(server, `Cid${n}`, 'user')));
  for (const other of others) await writeMany(server.url, other, admin, Array.from({ length: 60 }, (_, n) => `${other.name} ${n}`));
  await writeMany(server.url, user, admin, Array.from({ length: count }, (_, n) => line(n)));
  for (const writer of [user, ...others]) await readAll(server.url, admin, writer);

  const page = await windows.open({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
  await signIn(page, admin);
  const last = (name: string) => `${name} 59`;
  await page.getByRole('link', { name: user.name }).first().waitFor();
  report('switch, first time', await inTurn(others, (other) => switchTime(page, other.name, last(other.name))));
  report('switch, seen before', await inTurn(others, (other) => switchTime(page, other.name, last(other.name))));
  console.log(`switch to the 50,000, first time: ${(await switchTime(page, user.name, line(count - 1))).toFixed(1)} ms`);

  await watchPages(page);
  report('frame while scrolling up and loading, 300 px a frame', await scrollFrames(page, -300, 600));
  console.log(`all ${count} loaded after ${await loadEverything(page)} ms`);
  const work = await page.evaluate(() => (window as unknown as { work: number[] }).work);
  report('work for an older page', work);
  report('work for an older page, the last hundred', work.slice(-100));
  report('frame while scrolling down, 100 px a frame', await scrollFrames(page, 100, 600));
  report('frame while scrolling down, 2,000 px a frame', await scrollFrames(page, 2_000, 600));
  const other = others[0];
  if (other === undefined) throw new Error('nobody');
  await switchTime(page, other.name, last(other.name));
  await page.getByRole('link', { name: user.name }).first().click();
  await expect(history(page)).toBeVisible();
  await history(page).press('End');
  await expect(history(page).getByText(line(count - 1), { exact: true })).toBeVisible();
  const back: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    await switchTime(page, other.name, last(other.name));
    back.push(await switchTime(page, user.name, line(count - 1)));
  }
  report('switch to the 50,000, all of them loaded', back);
});

async function inTurn<T>(list: readonly T[], act: (it: T) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (const it of list) times.push(await act(it));
  return times;
}
