// Every page, in three languages and two themes: readable, reachable, nothing wider than the screen.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pages, watch } from './city.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

for (const language of ['kk', 'ru', 'en']) {
  test(`all pages in ${language}: no error, nothing too wide`, async ({ page, request, baseURL }) => {
    const seen = watch(page, baseURL);
    for (const [name, path] of Object.entries(await pages(request))) {
      const answer = await page.goto(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      expect(answer.status(), path).toBe(name === 'missing' ? 404 : 200);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.locator('main')).not.toBeEmpty();
      const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(width[0], `${path} is wider than the screen`).toBeLessThanOrEqual(width[1]);
    }
    const errors = seen.errors.filter((e) => !e.includes('404'));
    expect(errors).toEqual([]);
    expect(seen.strangers).toEqual([]);
  });
}

for (const theme of ['light', 'dark']) {
  test(`all pages are clean to axe, ${theme}`, async ({ page, request }) => {
    test.setTimeout(120_000);
    for (const path of Object.values(await pages(request))) {
      await page.goto(`${path}${path.includes('?') ? '&' : '?'}theme=${theme}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      }));
      const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(' | ')}`);
      expect(found, path).toEqual([]);
    }
  });
}

test('the theme is kept from page to page', async ({ page }) => {
  await page.goto('/routes?theme=dark');
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.goto('/stops');
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(dark);
  await page.goto('/routes?theme=light');
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(dark);
});

test('the language follows the reader, and a choice is kept', async ({ page, browser, baseURL }) => {
  const kazakh = await (await browser.newContext({ locale: 'kk-KZ', baseURL })).newPage();
  await kazakh.goto('/routes');
  await expect(kazakh.locator('html')).toHaveAttribute('lang', 'kk');
  await kazakh.context().close();
  await page.goto('/routes?lang=en');
  await page.goto('/stops');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});
