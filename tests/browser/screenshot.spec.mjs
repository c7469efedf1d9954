// Makes the README's picture where JOLDA_SCREENSHOT says (scripts/screenshot.sh); else passes over.
import { expect, test } from '@playwright/test';
import { openMap } from './city.mjs';

test('screenshot', async ({ page, request }) => {
  const path = process.env.JOLDA_SCREENSHOT;
  test.skip(!path, 'only for scripts/screenshot.sh');
  // The days before are in the record: no banner, and figures for every hour.
  const warm = async () => (await (await request.get('/api/v1/status')).json()).warming_up;
  await expect.poll(warm, { timeout: 150_000 }).toBe(false);
  await page.setViewportSize({ width: 1440, height: 860 });
  await openMap(page, '/?lang=en#12.3/43.245/76.905');
  await page.waitForTimeout(4_000);
  await page.screenshot({ path });
});
