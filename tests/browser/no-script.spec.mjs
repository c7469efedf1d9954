// Without JavaScript: lists, boards and search are read and used as links and forms.
import { expect, test } from '@playwright/test';

test('from the list of routes to a stop, without a script', async ({ page }) => {
  await page.goto('/routes?lang=en');
  const route = page.locator('main a[href^="/routes/"]').first();
  await expect(route).toBeVisible();
  await route.click();
  await expect(page.locator('main h1')).toBeVisible();
  const stop = page.locator('main a[href^="/stops/"]').first();
  await expect(stop).toBeVisible();
  await stop.click();
  await expect(page.locator('main h1')).toBeVisible();
  await expect(page.locator('main table').first()).toBeVisible();
});

test('search is a form', async ({ page }) => {
  await page.goto('/?lang=ru');
  await page.locator('#q').fill('12');
  await page.locator('#q').press('Enter');
  await expect(page).toHaveURL(/\/search\?.*q=12/);
  await expect(page.locator('main a[href*="/routes/"]').first()).toBeVisible();
});

test('the first page shows the routes and says what the map needs', async ({ page }) => {
  await page.goto('/?lang=ru');
  await expect(page.locator('main a[href*="/routes/"]').first()).toBeVisible();
  await expect(page.locator('.map-note').first()).toBeVisible();
});
