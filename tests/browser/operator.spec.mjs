// The operator's desk: a call registered by keyboard alone in less than a minute, at a person's speed; the same
// without a script; readable in three languages and two themes.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { start } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A person types about five keys a second. */
const KEY_MS = 200;
/** A call is registered within this. */
const CALL_MS = 60_000;
const LINE = '92 саяхат 8:10 не пришёл 40 мин ждал';

let server;
test.beforeAll(async () => {
  server = await start(['demo']);
});
test.afterAll(async () => {
  await server?.stop();
});

async function sit(page, query = '?lang=ru') {
  await page.goto(`${server.base}/staff/sign-in?next=/staff/desk&lang=ru`);
  await page.getByLabel('Логин').fill('operator');
  await page.getByLabel('Пароль').fill(server.password());
  await page.getByRole('button', { name: 'Вход' }).or(page.locator('form.form button.primary')).first().click();
  await expect(page.locator('#desk-form')).toBeVisible();
  await page.goto(`${server.base}/staff/desk${query}`);
}

const awake = (page) => expect(page.locator('#desk-form[data-awake]')).toBeAttached();

/** A free desk: what an earlier test typed is let go. */
async function free(page) {
  if (await page.locator('#line').inputValue() === '') return;
  await page.locator('button[value=drop]').click();
  await expect(page.locator('#line')).toHaveValue('');
}

test('a call is registered by keyboard alone in less than a minute', async ({ page, isMobile }) => {
  test.skip(isMobile, 'an operator has a keyboard');
  await page.addInitScript(() => {
    window.mouse = 0;
    addEventListener('pointerdown', () => { window.mouse += 1; });
  });
  await sit(page);
  await awake(page);
  await free(page);
  await expect(page.locator('#line')).toBeFocused();
  const from = Date.now();
  let keys = 0;
  const type = async (text) => {
    for (const letter of text) {
      await page.keyboard.type(letter);
      await page.waitForTimeout(KEY_MS);
      keys += 1;
    }
  };
  const press = async (key) => {
    await page.keyboard.press(key);
    await page.waitForTimeout(KEY_MS);
    keys += 1;
  };
  await type(LINE);
  // What was understood, while the caller still speaks; the keyboard stays in the line.
  await expect(page.locator('#what')).toHaveValue('did_not_come');
  await expect(page.locator('#wait')).toHaveValue('40');
  await expect(page.locator('#at')).toHaveValue(/T08:10$/);
  await expect(page.locator('#line')).toBeFocused();
  await expect(page.locator('.desk-stop').first()).toBeVisible();
  // "Which way?": the stop is chosen by keyboard, and the keyboard is still there when the answer came.
  if (await page.locator('.desk-ask').count()) {
    await press('Alt+3');
    await expect(page.locator('#stop')).toBeFocused();
    await press('ArrowDown');
    await expect(page.locator('.desk-ask')).toHaveCount(0);
    await expect(page.locator('#stop')).toBeFocused();
  }
  await press('Alt+7');
  await type('87010001122');
  await press('Tab');
  await type('Айдос Тестов');
  await press('F10');
  await expect(page.locator('#filed-number')).toHaveText(/^\d\d – \d{3}\s\d{3} – \d$/);
  await expect(page.locator('#filed-pin')).toHaveText(/^\d{4}\s\d{4}$/);
  const took = Date.now() - from;
  test.info().annotations.push({ type: 'call', description: `${keys} keys, ${Math.round(took / 1000)} s` });
  console.log(`a call: ${keys} keys, ${(took / 1000).toFixed(1)} s`);
  expect(took).toBeLessThan(CALL_MS);
  expect(await page.evaluate(() => window.mouse), 'no mouse').toBe(0);
  // The next caller: an empty line with the keyboard in it.
  await expect(page.locator('#line')).toHaveValue('');
  await expect(page.locator('#line')).toBeFocused();
});

test('suggestions come without a jump of the page, in a wrong layout too', async ({ page, isMobile }) => {
  test.skip(isMobile, 'an operator has a keyboard');
  await sit(page);
  await awake(page);
  await free(page);
  const place = () => page.locator('button[value=register]').boundingBox();
  const before = await place();
  await page.locator('#line').pressSequentially('92 cfz[fn 8:10 yt ghbitk', { delay: 40 });
  await expect(page.locator('#what')).toHaveValue('did_not_come');
  await expect(page.locator('#route')).toHaveValue(/92/);
  const after = await place();
  expect(Math.abs(after.y - before.y), 'nothing jumps by more than the question of the direction').toBeLessThan(60);
  // A choice by hand holds against the line.
  await page.locator('#route').selectOption({ label: '12' });
  await page.locator('#line').pressSequentially(' ждал', { delay: 40 });
  await page.waitForTimeout(600);
  await expect(page.locator('#route option:checked')).toHaveText('12');
  await free(page);
});

test('keys can be switched off, and the switch is kept', async ({ page, isMobile }) => {
  test.skip(isMobile, 'an operator has a keyboard');
  await sit(page);
  await awake(page);
  await free(page);
  await page.locator('.desk-keys summary').click();
  await page.locator('#keys-on').uncheck();
  await page.locator('#line').focus();
  await page.keyboard.press('Alt+7');
  await expect(page.locator('#phone')).not.toBeFocused();
  await page.reload();
  await awake(page);
  await page.locator('.desk-keys summary').click();
  await expect(page.locator('#keys-on')).not.toBeChecked();
  await page.locator('#keys-on').check();
  await page.keyboard.press('Alt+7');
  await expect(page.locator('#phone')).toBeFocused();
});

test('a topic of the city is taken with a pin, and a consultation ends a call by one key', async ({ page, isMobile }) => {
  test.skip(isMobile, 'an operator has a keyboard');
  await sit(page);
  await awake(page);
  await free(page);
  await page.locator('#line').pressSequentially('светофор не работает на Толе би 5', { delay: 20 });
  await expect(page.locator('#what')).toHaveValue('streets.signal_fault');
  await expect(page.locator('#address')).toHaveValue('на Толе би 5');
  await page.locator('[data-map]').click({ position: { x: 200, y: 100 } });
  await expect(page.locator('input[name=lat]')).toHaveValue(/^43\./);
  await expect(page.locator('#line')).toHaveValue('светофор не работает на Толе би 5');
  await page.keyboard.press('F8');
  await expect(page.locator('.desk-done')).toContainText('Консультация учтена');
  await expect(page.locator('.desk-day')).toContainText('консультаций');
});

test('without a script the same form does the same', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await sit(page, '?lang=ru&line=12%20опоздал');
  await expect(page.locator('#what')).toHaveValue('late');
  await page.locator('#line').fill(LINE);
  await page.getByRole('button', { name: 'Показать' }).click();
  await expect(page.locator('#what')).toHaveValue('did_not_come');
  await page.getByRole('button', { name: /Зарегистрировать/ }).click();
  await expect(page.locator('#filed-number')).toHaveText(/\d/);
  await page.context().close();
});

for (const language of ['kk', 'ru', 'en']) {
  for (const theme of ['light', 'dark']) {
    test(`the desk and the help in ${language}, ${theme}: clean to axe, not too wide`, async ({ page }) => {
      await sit(page, `?lang=${language}&theme=${theme}&line=${encodeURIComponent(LINE)}`);
      for (const path of [null, `/help?lang=${language}`, `/help/benefit?lang=${language}`]) {
        if (path) await page.goto(`${server.base}${path}`);
        const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(wide, path ?? 'desk').toBeLessThanOrEqual(screen);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }));
        const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(' | ')}`);
        expect(found, path ?? 'desk').toEqual([]);
        if (process.env.JOLDA_SHOTS) {
          const name = `${(path ?? 'desk').split('?')[0].replaceAll('/', '_')}-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path: `${process.env.JOLDA_SHOTS}/${name}`, fullPage: true });
        }
      }
    });
  }
}
