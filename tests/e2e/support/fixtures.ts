// One server for all tests of a file, windows for people, and the checks every page has to pass.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test as base, type Browser, type BrowserContextOptions, type Locator, type Page } from '@playwright/test';
import { register, newcomer, type Account, type Role } from './people.ts';
import { Server } from './server.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

export interface Windows {
  /** A window of its own for one person; whatever it reports as an error fails the test. */
  open(options?: BrowserContextOptions & { webSocket?: boolean }): Promise<Page>;
}

export const test = base.extend<{ windows: Windows; freshServer: Server }, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  // One that nobody has registered at yet.
  freshServer: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
  windows: async ({ browser, server }, use) => {
    const problems: string[] = [];
    const contexts: { close(): Promise<void> }[] = [];
    await use({ open: (options) => openWindow(browser, server, options ?? {}, problems, contexts) });
    for (const context of contexts) await context.close();
    expect(problems, 'errors and warnings in the console').toEqual([]);
  },
});

async function openWindow(
  browser: Browser,
  server: Server,
  options: BrowserContextOptions & { webSocket?: boolean },
  problems: string[],
  contexts: { close(): Promise<void> }[],
): Promise<Page> {
  const { webSocket = true, ...rest } = options;
  const context = await browser.newContext({ baseURL: server.url, ...rest });
  contexts.push(context);
  // A network that lets no WebSocket through: polling has to do.
  if (!webSocket) await context.routeWebSocket(/./, (socket) => void socket.close());
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // Answers of 4xx that a test provokes are no defect of the page, and neither is a network that a test takes away.
    const expected = /Failed to load resource|WebSocket connection|net::ERR_/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !expected) problems.push(message.text());
  });
  return page;
}

export { expect, newcomer, type Account };

/** Over which transport the page's events go: what it sent so far, by WebSocket and by POST, and what came by WebSocket. */
export function watchTransports(page: Page): { readonly frames: string[]; readonly posts: string[]; readonly received: string[] } {
  const seen = { frames: [] as string[], posts: [] as string[], received: [] as string[] };
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => seen.frames.push(payload.toString()));
    socket.on('framereceived', ({ payload }) => seen.received.push(payload.toString()));
  });
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('transport=polling')) seen.posts.push(request.postData() ?? '');
  });
  return seen;
}

export async function account(server: Server, name: string, role: Role): Promise<Account> {
  return register(server.url, newcomer(name, role));
}

/** In whatever language the page speaks. */
export async function signIn(page: Page, person: Pick<Account, 'email' | 'password'>): Promise<void> {
  await page.goto('/login');
  await page.locator('input[type=email]').fill(person.email);
  await page.locator('input[type=password]').fill(person.password);
  await page.locator('button[type=submit]').click();
  await expect(page.getByRole('navigation')).toBeVisible();
}

export function rowOf(page: Page, person: Pick<Account, 'name'>): Locator {
  return page.getByRole('navigation').getByRole('link', { name: person.name });
}

export function history(page: Page): Locator {
  return page.getByRole('log');
}

/** Opens the conversation from the list, as a person would: whom one does not see one looks for. */
export async function openConversation(page: Page, partner: Pick<Account, 'name'>): Promise<void> {
  const row = rowOf(page, partner);
  const filter = page.getByRole('navigation').getByRole('searchbox');
  let looked = false;
  await expect(async () => {
    if (!(await row.isVisible())) {
      looked = true;
      await filter.fill(partner.name);
    }
    await expect(row).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await row.click();
  await expect(page.getByRole('heading', { name: partner.name })).toBeVisible();
  if (!looked || (await filter.isHidden())) return;
  await filter.fill('');
  await page.getByRole('main').getByRole('textbox').focus();
}

export async function say(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: /Message/ });
  await composer.fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(composer).toHaveValue('');
}

/** The bubble of exactly this text, with its time and its state. */
export function bubble(page: Page, text: string): Locator {
  return history(page).locator('div[data-index]').filter({ has: page.getByText(text, { exact: true }) });
}

/** axe finds nothing, nothing is wider than the window. */
export async function expectSound(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const result = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document, options: unknown): Promise<AxeResult> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  });
  const found = result.violations.map((it) => ({ rule: it.id, where: it.nodes.map((node) => `${node.html}: ${node.failureSummary}`) }));
  expect(found, `axe on ${page.url()}`).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 'sideways scrolling').toBeLessThanOrEqual(0);
}

/**
 * Nothing is cut off, nothing sticks out of the window: no text of the app itself runs over its box or ends in "…".
 * What people wrote and their names (`bdi`, `dir=auto`) may be cut.
 */
export async function expectFits(page: Page): Promise<void> {
  await expectSettled(page);
  const found = await page.evaluate(() => {
    const cut: string[] = [];
    const width = document.documentElement.clientWidth;
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && /\S/.test(node.textContent ?? ''));
      if (!own || element.closest('.sr-only, bdi, [dir=auto], option, title') !== null || !element.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const text = range.getBoundingClientRect();
      const what = `${element.tagName.toLowerCase()} "${(element.textContent ?? '').trim().slice(0, 60)}"`;
      if (text.left < -1 || text.right > width + 1) cut.push(`${what} leaves the window: ${text.left}..${text.right} of ${width}`);
      if (getComputedStyle(element).display !== 'inline' && element.scrollWidth > element.clientWidth + 1) cut.push(`${what} is wider than its box`);
      const box = element.closest<HTMLElement>('button, a, label, [role^=menuitem]');
      const border = box?.getBoundingClientRect();
      if (border !== undefined && (text.left < border.left - 1 || text.right > border.right + 1)) cut.push(`${what} runs over its ${box?.tagName.toLowerCase()}`);
    }
    if (document.documentElement.scrollWidth > window.innerWidth) cut.push('the page scrolls sideways');
    return cut;
  });
  expect(found, `cut off on ${page.url()} at ${page.viewportSize()?.width}`).toEqual([]);
}

/** Once all that moves has come to rest. */
export async function expectSettled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const finite = document.getAnimations().filter((it) => it.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(finite.map((it) => it.finished));
  });
}
