// The citizen, on a desk and on a phone, with a script and without: an appeal in four screens, its number and
// PIN, what became of it; a draft that outlives the page and a lost connection.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pages, watch } from './city.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const words = 'Ждал двадцать пять минут <b>и не дождался</b>';

/** Clean to axe, nothing wider than the screen, everything that is pressed large enough for a thumb. */
async function sound(page, name, scripted) {
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(width[0], `${name} is wider than the screen`).toBeLessThanOrEqual(width[1]);
  const small = await page.evaluate(() => [...document.querySelectorAll('.citizen :is(.choice, .primary, .tick, .button)')]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 90)));
  expect(small, name).toEqual([]);
  if (!scripted) return;
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(' | ')}`), name).toEqual([]);
}

/** The stop and the route of a busy place. */
async function place(request) {
  const { stop, route } = await pages(request);
  const id = (path) => decodeURIComponent(path.split('/').at(-1));
  return { stop: id(stop), route: id(route) };
}

/** From the code at a stop to number and PIN. */
async function file(page, request, { scripted, language, theme }) {
  const { stop, route } = await place(request);
  await page.goto(`/a/s/${encodeURIComponent(stop)}?lang=${language}&theme=${theme}`);
  await expect(page.locator('.buses, .empty').first()).toBeVisible();
  await sound(page, 'at the stop', scripted);
  await page.locator('a.choice[href*="kind=long_wait"]').click();
  await sound(page, 'where and when', scripted);
  await page.locator(`input[name="route"][value="${route}"]`).check();
  await page.locator('#wait').fill('двадцать');
  await page.locator('#send').click();
  await expect(page.locator('#faults')).toBeFocused();
  await sound(page, 'a fault', scripted);
  await page.locator('#faults a').click();
  await expect(page.locator('#wait')).toBeFocused();
  await page.locator('#wait').fill('25');
  await page.locator('#send').click();
  await page.locator('#text').fill(words);
  await page.locator('#name').fill('Айдос Тестов');
  await page.locator('#send').click();
  await expect(page.locator('#consent-fault')).toBeVisible();
  await expect(page.locator('#text')).toHaveValue(words);
  await sound(page, 'who', scripted);
  await page.locator('#consent').check();
  await page.locator('#send').click();
  await expect(page.locator('.own-words')).toHaveText(words);
  await sound(page, 'check', scripted);
  await page.locator('#send').click();
  await expect(page.locator('#number')).toHaveText(/^\d\d-\d{6}-\d$/);
  await sound(page, 'receipt', scripted);
  return { number: await page.locator('#number').textContent(), pin: await page.locator('#pin').textContent() };
}

for (const [language, theme] of [['kk', 'dark'], ['ru', 'light'], ['en', 'light']]) {
  test(`from the code at a stop to the stage, ${language}, ${theme}`, async ({ page, request, baseURL }) => {
    const seen = watch(page, baseURL);
    const { number, pin } = await file(page, request, { scripted: true, language, theme });
    await page.goto('/appeals/status');
    await expect(page.locator('h1')).toHaveText(number);
    await sound(page, 'stage', true);
    // Another browser has no pass: number and PIN open it, however they are written.
    await page.context().clearCookies();
    await page.goto(`/appeals/status?lang=${language}&theme=${theme}`);
    await page.locator('#number').fill(number.replaceAll('-', ' '));
    await page.locator('#pin').fill(pin);
    await sound(page, 'number and PIN', true);
    await page.locator('button.primary').click();
    await expect(page.locator('h1')).toHaveText(number);
    await expect(page.locator('[aria-current="step"]')).toHaveCount(1);
    expect(page.url()).not.toContain(pin.trim());
    await page.locator('details', { has: page.locator('#more') }).locator('summary').click();
    await page.locator('#more').fill('Шёл дождь');
    await page.locator('form[action$="/add"] button').click();
    await expect(page.locator('.journal')).toContainText('Шёл дождь');
    await page.reload();
    await expect(page.locator('h1')).toHaveText(number);
    expect(seen.errors.filter((e) => !e.includes('422'))).toEqual([]);
    expect(seen.strangers).toEqual([]);
  });
}

test('all of it works without a script', async ({ browser, request, baseURL, viewport }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL, viewport, locale: 'ru-RU' });
  const page = await context.newPage();
  const { number } = await file(page, request, { scripted: false, language: 'ru', theme: 'light' });
  // "Back" and sending again make no second appeal.
  await page.goto('/appeals/status');
  await expect(page.locator('h1')).toHaveText(number);
  await context.close();
});

test('a route, a stop and a bus lead to the form, which knows them', async ({ page, request }) => {
  const { route, stop, vehicle } = await pages(request);
  for (const path of [route, stop, vehicle]) {
    await page.goto(`${path}?lang=ru`);
    await page.locator('a[href^="/appeals/new?"]').first().click();
    await page.locator('a.choice[href*="kind=late"]').click();
    await expect(page.locator('.known').first(), path).toBeVisible();
    await expect(page.locator('#date')).not.toHaveValue('');
  }
  await page.goto('/');
  await expect(page.locator('nav.sections a[href="/appeals"]')).toHaveCount(1);
});

test('a draft outlives the page and a lost connection, and is wiped when it is sent', async ({ page, context, request }) => {
  const { stop, route } = await place(request);
  const query = new URLSearchParams({ kind: 'long_wait', route, stop, date: '2020-01-01', time: '08:00' });
  await page.goto(`/appeals/new/words?lang=ru&${query}`);
  await page.locator('#text').fill(words);
  await page.locator('#phone').fill('+7 701 000 11 22');
  await page.reload();
  await expect(page.locator('#text')).toHaveValue(words);
  await expect(page.locator('#draft')).not.toBeEmpty();
  // Who speaks is never kept beyond the tab.
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('701');
  await context.setOffline(true);
  await page.locator('#send').click();
  await expect(page.locator('#draft')).toContainText('Нет связи');
  await expect(page.locator('#text')).toHaveValue(words);
  await context.setOffline(false);
  await file(page, request, { scripted: true, language: 'ru', theme: 'light' });
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
});
