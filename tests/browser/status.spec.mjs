// What the applicant does after filing: takes it back, says that it is mended or is not, rates the answer, adds a
// photo, leaves. On a desk and on a phone.
import { expect, test } from '@playwright/test';
import { start } from './server.mjs';
import { answered, file, sound } from './staff.mjs';

let server;
test.beforeAll(async () => {
  server = await start(['demo', '--days', '0']);
});
test.afterAll(async () => {
  await server?.stop();
});

const appeal = { kind: 'fare', text: 'Взяли деньги дважды', language: 'ru', claim: { route_id: null }, person: { name: 'Айдос Тестов', phone: '+7 701 000 11 22' } };

/** An appeal of a test's own, answered or not, opened by number and PIN. */
async function opened(page, { answer }) {
  const { number, pin } = await file(server, appeal);
  if (answer) await answered(server, number);
  await page.goto(`${server.base}/appeals/status?lang=ru`);
  await page.locator('#number').fill(number);
  await page.locator('#pin').fill(pin);
  await page.locator('button.primary').click();
  await expect(page.locator('h1')).toHaveText(number);
  return { number, pin };
}

const unfold = (page, inside) => page.locator('details', { has: page.locator(inside) }).locator('summary').click();

test('an appeal is taken back, once', async ({ page }) => {
  await opened(page, { answer: false });
  await expect(page.locator('form[action$="/confirm"]')).toHaveCount(0);
  await unfold(page, 'form[action$="/withdraw"]');
  await page.locator('form[action$="/withdraw"] button').click();
  await expect(page.locator('.done')).toBeVisible();
  await expect(page.locator('.state-line')).toHaveText('Отозвано заявителем');
  await expect(page.locator('form[action$="/withdraw"]')).toHaveCount(0);
  await sound(page, 'withdrawn');
});

test('an answer is confirmed and rated', async ({ page }) => {
  await opened(page, { answer: true });
  await expect(page.locator('.answer')).toContainText('Кондуктор предупреждён.');
  await sound(page, 'answered');
  await page.locator('#stars-4').check();
  await page.locator('form[action$="/rate"] button').click();
  await expect(page.locator('.done')).toBeVisible();
  await expect(page.locator('.citizen')).toContainText('4 из 5');
  await expect(page.locator('form[action$="/rate"]')).toHaveCount(0);
  await page.locator('form[action$="/confirm"] button').click();
  await expect(page.locator('.done')).toBeVisible();
  await expect(page.locator('form[action$="/confirm"]')).toHaveCount(0);
  await expect(page.locator('form[action$="/dispute"]')).toHaveCount(0);
});

test('an answer is disputed: an appeal of its own goes on', async ({ page }) => {
  const { number } = await opened(page, { answer: true });
  await unfold(page, '#why');
  await page.locator('#why').fill('Деньги не вернули');
  await page.locator('form[action$="/dispute"] button').click();
  await expect(page.locator('#number')).toHaveText(/^\d\d-\d{6}-\d$/);
  await expect(page.locator('#number')).not.toHaveText(number);
  await sound(page, 'disputed');
  await page.goto(`${server.base}/appeals/status`);
  await expect(page.locator('.own-words').last()).toHaveText('Деньги не вернули');
});

test('a photo is added, and what is none is refused', async ({ page }) => {
  await opened(page, { answer: false });
  const add = async (name, mimeType, buffer) => {
    await unfold(page, '#photo');
    await page.locator('#photo').setInputFiles({ name, mimeType, buffer });
    await page.locator('form[action$="/photo"] button').click();
  };
  // One grey pixel.
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
  await add('a.png', 'image/png', Buffer.from(pixel, 'base64'));
  await expect(page.locator('.done')).toBeVisible();
  await expect(page.locator('.journal')).toContainText('Добавлено фото: 1');
  await add('a.png', 'image/png', Buffer.from('<svg onload=alert(1)>'));
  await expect(page.locator('.fault')).toContainText('JPEG или PNG');
});

test('who leaves has left: the pass of this browser opens nothing any more', async ({ page, context }) => {
  const { number } = await opened(page, { answer: false });
  const pass = (await context.cookies(server.base)).find((c) => c.name === '__Host-appeal');
  await page.locator('form[action$="/leave"] button').click();
  await expect(page.locator('#pin')).toBeVisible();
  await context.addCookies([pass]);
  await page.goto(`${server.base}/appeals/status`);
  await expect(page.locator('#pin')).toBeVisible();
  await expect(page.locator('body')).not.toContainText(number);
});
