// An admin with 10,000 customers: how smooth the list scrolls, how quickly it filters, how long a change of the
// conversation takes. Prints one line a figure; refuses none.
import type { Page } from '@playwright/test';
import { addCrowd, crowdName } from '../support/crowd.ts';
import { account, expect, signIn, test } from '../support/fixtures.ts';

const count = 10_000;

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

function report(what: string, values: readonly number[]): void {
  const [median, p95, most] = [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(1));
  console.log(`${what}: median ${median} ms, p95 ${p95} ms, most ${most} ms (${values.length})`);
}

/** Frames while the whole list passes by, `steps` pixels a frame. */
const scrollFrames = (page: Page, step: number): Promise<number[]> =>
  page.evaluate(async (pixels) => {
    const list = document.querySelector('nav ul')?.parentElement;
    if (list == null) throw new Error('no list');
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const frames: number[] = [];
    let last = await frame();
    for (let n = 0; n < 300; n += 1) {
      list.scrollTop += pixels;
      const now = await frame();
      frames.push(now - last);
      last = now;
    }
    list.scrollTop = 0;
    return frames;
  }, step);

/** From the input event to the frame that shows its result. */
const filterTimes = (page: Page, texts: readonly string[]): Promise<number[]> =>
  page.evaluate(async (all) => {
    const input = document.querySelector<HTMLInputElement>('nav input[type=search]');
    if (input === null) throw new Error('no filter');
    const times: number[] = [];
    for (const text of [...all, '']) {
      const begin = performance.now();
      input.value = text;
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - begin);
    }
    return times;
  }, texts);

/** From the click on a row to the frame with that conversation's message in it. */
async function switchTimes(page: Page, numbers: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  for (const n of numbers) {
    times.push(
      await page.evaluate(
        async ([name, text]) => {
          const row = [...document.querySelectorAll<HTMLElement>('nav li a')].find((it) => it.textContent.includes(name ?? ''));
          if (row === undefined) throw new Error(`no row of ${name}`);
          const begin = performance.now();
          row.click();
          const shown = () => document.querySelector('[role=log]')?.textContent.includes(text ?? '') === true;
          while (!shown()) await new Promise((resolve) => requestAnimationFrame(resolve));
          return performance.now() - begin;
        },
        [crowdName(n), `Question ${n}`],
      ),
    );
  }
  return times;
}

test('10,000 partners', async ({ windows, freshServer }) => {
  const admin = await account(freshServer, 'Ada', 'admin');
  await freshServer.kill();
  addCrowd(freshServer.database, { like: admin, to: admin, count });
  await freshServer.restart();
  const page = await windows.open({ baseURL: freshServer.url, viewport: { width: 1440, height: 900 } });
  await signIn(page, admin);
  await expect(page).toHaveTitle('(10,000) Parley');
  await page.mouse.move(900, 400);

  const begin = Date.now();
  await page.reload();
  await page.getByRole('link', { name: crowdName(count - 1) }).first().waitFor();
  const first = Date.now() - begin;
  await expect(page).toHaveTitle('(10,000) Parley');
  console.log(`reload: first rows after ${first} ms, all 10,000 after ${Date.now() - begin} ms`);

  report('frame while scrolling slowly, 40 px a frame', await scrollFrames(page, 40));
  report('frame while scrolling fast, 2,000 px a frame', await scrollFrames(page, 2_000));
  report('filter', await filterTimes(page, ['c', 'cu', 'customer 0', 'customer 04', 'customer 043', 'customer 0432', 'xyz', '9', '99', '9 8']));
  const near = Array.from({ length: 8 }, (_, n) => count - 1 - n);
  report('switch, first time', await switchTimes(page, near));
  report('switch, seen before', await switchTimes(page, near));
});
