// The handler's desk, cases and the overview: by keyboard, in three languages, two sizes, two themes.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { start } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server;
test.beforeAll(async () => {
  server = await start(['demo', '--days', '0']);
});
test.afterAll(async () => {
  await server?.stop();
});

async function sit(page, login, path, query = '?lang=ru') {
  await page.goto(`${server.base}/staff/sign-in?next=${encodeURIComponent(path)}&lang=ru`);
  await page.getByLabel('Логин').fill(login);
  await page.getByLabel('Пароль').fill(server.password());
  await page.locator('form.form button.primary').first().click();
  await page.goto(`${server.base}${path}${query}`);
}

/** The past is told behind the page: waits until a route has its case proposed. */
async function told(page) {
  await expect.poll(async () => {
    await page.goto(`${server.base}/staff/cases?lang=ru`);
    // A proposal that another test took up is a case.
    return page.locator('.proposal, .row-link').count();
  }, { timeout: 60_000 }).toBeGreaterThan(0);
}

test('a handler works through the queue by keyboard alone', async ({ page, isMobile }) => {
  test.skip(isMobile, 'a handler has a keyboard');
  await sit(page, 'handler', '/staff');
  await told(page);
  await page.goto(`${server.base}/staff?lang=ru&status=registered`);
  await expect(page.locator('.row-link').first()).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(page.locator('.row-link').first()).toBeFocused();
  // Single keys are switched off and on again.
  await page.getByLabel('Одиночные клавиши включены').uncheck();
  await page.locator('.row-link').first().focus();
  await page.keyboard.press('j');
  await expect(page.locator('.row-link').first()).toBeFocused();
  await page.getByLabel('Одиночные клавиши включены').check();
  await page.locator('.row-link').first().focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/staff\/appeals\/\d\d-/);
  const begin = page.locator('#do-begin button');
  await begin.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Взять в работу' })).toBeVisible();
  const note = page.locator('#do-note');
  await note.locator('summary').focus();
  await page.keyboard.press('Enter');
  await note.locator('textarea').fill('Проверить по записям');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('ul.journal').first()).toContainText('Проверить по записям');
});

test('a proposal becomes a case, all its appeals are answered and told', async ({ page, isMobile }) => {
  test.skip(isMobile, 'one server: once is enough');
  await sit(page, 'handler', '/staff');
  await told(page);
  const proposal = page.locator('.proposal', { hasText: '№ 143' }).first();
  await proposal.locator('summary').first().click();
  await proposal.locator('form').first().locator('button').click();
  await expect(page).toHaveURL(/\/staff\/cases\/%D0%9F-|\/staff\/cases\/П-/);
  const act = async (command, fill = {}) => {
    const form = page.locator(`#do-${command}`);
    await form.locator('summary').click();
    for (const [name, value] of Object.entries(fill)) {
      const field = form.locator(`[name=${name}]`);
      if (await field.evaluate((f) => f.tagName === 'SELECT')) await field.selectOption(value);
      else await field.fill(value);
    }
    await form.locator('button[type=submit]').click();
  };
  await act('conclude', { text: 'Рейсов в часы пик мало.' });
  await expect(page.getByText('Рейсов в часы пик мало.').first()).toBeVisible();
  await act('promise', { kind: 'add_runs', text: 'Добавим рейсы', runs: '12', due_on: '2027-01-20' });
  await expect(page.getByText('Мера обещана').first()).toBeVisible();
  const refused = page.locator('#do-verify, .waits', { hasText: 'эффект' });
  await expect(refused.first()).toBeVisible();
});

for (const theme of ['light', 'dark']) {
  for (const language of ['kk', 'ru', 'en']) {
    test(`desk, case and overview in ${language}, ${theme}: clean to axe, not too wide`, async ({ page }) => {
      await sit(page, 'supervisor', '/staff');
      await told(page);
      await page.goto(`${server.base}/staff?lang=${language}&theme=${theme}`);
      const appeal = await page.locator('.row-link').first().getAttribute('href');
      for (const path of ['/staff', appeal, '/staff/cases', '/staff/overview']) {
        await page.goto(`${server.base}${path}?lang=${language}&theme=${theme}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
        }));
        const told = violations.map((v) => `${path} ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html).join(' | ')}`);
        expect(told).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
        if (process.env.JOLDA_SHOTS) {
          const size = page.viewportSize().width;
          const name = path.split('/').slice(2, 4).join('-') || 'queue';
          await page.screenshot({ path: `${process.env.JOLDA_SHOTS}/${name}-${language}-${theme}-${size}.png`, fullPage: true });
        }
      }
    });
  }
}
