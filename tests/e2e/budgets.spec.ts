import type { Page } from '@playwright/test';
import { writeMany } from './support/people.ts';
import { account, expect, history, signIn, test } from './support/fixtures.ts';

const scriptsMost = 110_000;
const pageMost = 130_000;

interface Weight {
  scripts: number;
  page: number;
  uncompressed: string[];
}

/** What came over the wire so far, answers of the API apart: bodies as they were sent, not as they unfold. */
function weigh(page: Page): () => Promise<Weight> {
  const parts: Promise<{ type: string; size: number; url: string; coded: boolean }>[] = [];
  page.on('response', (response) => {
    const type = response.request().resourceType();
    if (!['document', 'script', 'stylesheet'].includes(type) || !response.ok()) return;
    const part = async () => {
      await response.finished();
      const { responseBodySize: size } = await response.request().sizes();
      return { type, size, url: response.url(), coded: (await response.headerValue('content-encoding')) === 'br' };
    };
    parts.push(part());
  });
  return async () => {
    const all = await Promise.all(parts);
    const sum = (types: readonly string[]) => all.filter((it) => types.includes(it.type)).reduce((total, it) => total + it.size, 0);
    return {
      scripts: sum(['script']),
      page: sum(['document', 'script', 'stylesheet']),
      uncompressed: all.filter((it) => !it.coded && it.size > 1_000).map((it) => it.url),
    };
  };
}

// A person on a train loads this before the first message shows. Counted with an empty cache, the language included.
test('speed: the chat route weighs at most 110 kB of scripts, 130 kB with page and styles', async ({ windows, server }, info) => {
  const admin = await account(server, 'Abe', 'admin');
  const user = await account(server, 'Bo', 'user');
  await writeMany(server.url, user, admin, ['hello']);
  const before = await windows.open();
  await signIn(before, admin);
  const page = await windows.open({ storageState: await before.context().storageState() });
  const weight = weigh(page);
  await page.goto(`/c/${user.id}`);
  await expect(history(page).getByText('hello')).toBeVisible();
  const found = await weight();
  info.annotations.push({ type: 'bytes', description: JSON.stringify(found) });
  expect(found.uncompressed, 'sent without brotli').toEqual([]);
  expect(found.scripts).toBeGreaterThan(40_000); // It did count.
  expect(found.scripts).toBeLessThanOrEqual(scriptsMost);
  expect(found.page).toBeLessThanOrEqual(pageMost);
});

interface Shift {
  value: number;
  nodes: string[];
}

/** Every shift of the layout that no click or key caused, from the start of each document on. */
async function watchShifts(page: Page): Promise<() => Promise<Shift[]>> {
  const shifts: Shift[] = [];
  await page.exposeFunction('reportShift', (shift: Shift) => shifts.push(shift));
  await page.addInitScript(() => {
    type Entry = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] };
    const { reportShift } = window as unknown as { reportShift(shift: Shift): void };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Entry[]) {
        if (entry.hadRecentInput) continue;
        reportShift({ value: entry.value, nodes: entry.sources.map(({ node }) => (node instanceof Element ? node.outerHTML.slice(0, 120) : (node?.nodeName ?? ''))) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return async () => {
    // Two frames: what was painted has been told by then.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    return shifts;
  };
}

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`speed: nothing shifts while pages load (${viewport.width})`, async ({ windows, server }) => {
    const admin = await account(server, 'Cy', 'admin');
    const user = await account(server, 'Di', 'user');
    await writeMany(server.url, user, admin, Array.from({ length: 60 }, (_, n) => `message ${n}`));
    const page = await windows.open({ viewport });
    const shifts = await watchShifts(page);
    for (const path of ['/login', '/register', '/no/such/page']) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await shifts(), path).toEqual([]);
    }
    await signIn(page, admin);
    await page.goto(`/c/${user.id}`);
    await expect(history(page).getByText(/^message/).first()).toBeVisible();
    expect(await shifts(), 'a conversation').toEqual([]);
    await page.reload();
    await expect(history(page).getByText(/^message/).first()).toBeVisible();
    expect(await shifts(), 'a conversation loaded again').toEqual([]);
  });
}
