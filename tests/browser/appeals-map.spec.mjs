// Appeals on the dispatcher's map: where and when they happened, in a list beside it, for the staff alone; from
// there to bus, stop and route, and back to the map at the time of an appeal.
import { expect, test } from '@playwright/test';
import { openMap, pages, watch } from './city.mjs';
import { start } from './server.mjs';
import { file, sit, sound } from './staff.mjs';

let server;
test.beforeAll(async () => {
  server = await start(['demo']);
});
test.afterAll(async () => {
  await server?.stop();
});

const json = async (path) => (await fetch(`${server.base}${path}`)).json();

/** An appeal about a busy stop, `ago_s` before the city's now; with the stop. */
async function said(request, ago_s, more = {}) {
  const { route, stop } = await pages({ get: (path) => request.get(`${server.base}${path}`) });
  const id = (path) => decodeURIComponent(path.split('/').at(-1));
  const { at } = await json('/api/v1/status');
  const claim = { route_id: id(route), stop_id: id(stop), event_at: at - ago_s, wait_s: 1500 };
  const { number } = await file(server, { kind: 'long_wait', text: 'Ждал двадцать пять минут', language: 'ru', claim, person: { name: 'Айдос Тестов', phone: '+7 701 000 11 22' }, ...more });
  return { number, ...claim, ...(await json(`/api/v1/stops/${encodeURIComponent(claim.stop_id)}`)).stop };
}

const shown = (page) => page.evaluate(() => window.__jolda.appeals());

test('a fresh appeal is in the list and on the map, and beats', async ({ page, request }) => {
  const seen = watch(page, server.base);
  await sit(page, server, 'dispatcher', '/');
  const appeal = await said(request, 120);
  await openMap(page, `${server.base}/?lang=ru#15/${appeal.lat}/${appeal.lon}`);
  const row = page.locator('.fresh-list li', { has: page.locator(`a[href$="${appeal.number}"]`) });
  await expect(row).toBeVisible({ timeout: 30_000 });
  await expect(row).toContainText('Сейчас');
  await expect(page.locator('#fresh-status')).toContainText(/Обращений за последний час: \d+/);
  const place = async () => (await shown(page)).find((p) => Math.abs(p.lon - appeal.lon) < 1e-5 && Math.abs(p.lat - appeal.lat) < 1e-5);
  await expect.poll(place).toBeTruthy();
  expect((await place()).now).toBe(1);
  const drawn = () => page.evaluate(() => window.__jolda.map.queryRenderedFeatures({ layers: ['appeals'] }).length);
  await expect.poll(drawn, { timeout: 30_000 }).toBeGreaterThan(0);
  const ring = () => page.evaluate(() => window.__jolda.map.getPaintProperty('appeals-pulse', 'circle-radius'));
  const first = await ring();
  await expect.poll(ring, { message: 'it beats' }).not.toBe(first);
  // Who complained is nowhere on the page.
  expect(await page.content()).not.toMatch(/Тестов|701 000|двадцать пять/);
  await sound(page, 'map-of-appeals');
  expect(seen.errors).toEqual([]);
  expect(seen.strangers).toEqual([]);
});

test('who wants no motion gets rings that stand still', async ({ page, request }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await said(request, 60);
  await sit(page, server, 'dispatcher', '/');
  await openMap(page, `${server.base}/?lang=ru`);
  await expect.poll(async () => (await shown(page)).length, { timeout: 30_000 }).toBeGreaterThan(0);
  const ring = () => page.evaluate(() => window.__jolda.map.getPaintProperty('appeals-pulse', 'circle-radius'));
  const first = await ring();
  await page.waitForTimeout(700);
  expect(await ring()).toBe(first);
});

test('from the list to the stop and its appeals, and from the map to them', async ({ page, request }) => {
  const appeal = await said(request, 300);
  await sit(page, server, 'dispatcher', '/');
  await openMap(page, `${server.base}/?lang=ru`);
  const row = page.locator('.fresh-list li', { has: page.locator(`a[href$="${appeal.number}"]`) });
  await row.locator('a[href^="/stops/"]').click();
  await expect(page.locator('#detail h1')).toContainText(appeal.name);
  await page.locator('#detail .staff-link a').first().click();
  await expect(page.locator('#detail')).toContainText('Обращения:');
  await expect(page.locator(`#detail a[href$="${appeal.number}"]`)).toBeVisible();
  await page.keyboard.press('Escape');
  // The bubble on the map leads to the same.
  await page.evaluate(([lon, lat]) => {
    const { map } = window.__jolda;
    map.jumpTo({ center: [lon, lat], zoom: 16 });
    map.panBy([0, map.getContainer().clientHeight * 0.2], { duration: 0 });
  }, [appeal.lon, appeal.lat]);
  await expect(async () => {
    const at = await page.evaluate(([lon, lat]) => {
      const { map } = window.__jolda;
      const box = map.getContainer().getBoundingClientRect();
      const q = map.project([lon, lat]);
      return { x: box.x + q.x, y: box.y + q.y };
    }, [appeal.lon, appeal.lat]);
    await page.mouse.click(at.x, at.y);
    await expect(page.locator(`#detail a[href$="${appeal.number}"]`)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  // From a route, a bus and an incident as well.
  const { route, vehicle } = await pages({ get: (path) => request.get(`${server.base}${path}`) });
  for (const path of [route, vehicle]) {
    await page.goto(`${server.base}${path}?lang=ru`);
    await expect(page.locator('.staff-link a[href^="/staff/about?"]').first()).toBeVisible();
  }
  await page.goto(`${server.base}${route}?lang=ru`);
  await page.locator('.staff-link a[href^="/staff/about?route"]').first().click();
  await expect(page.locator(`a[href$="${appeal.number}"]`).first()).toBeVisible();
  await sound(page, 'appeals-about-a-route');
});

test('from an appeal back to the map at that time', async ({ page, request }) => {
  const appeal = await said(request, 3_000);
  await sit(page, server, 'handler', `/staff/appeals/${appeal.number}`);
  await page.locator('.desk-facts a[href^="/?at="]').click();
  await expect(page.locator('.map-then')).toBeVisible();
  await page.waitForFunction(() => window.__jolda, null, { timeout: 60_000 });
  await expect.poll(() => page.evaluate(() => window.__jolda.past().length), { timeout: 30_000, message: 'buses of that time' }).toBeGreaterThan(0);
  const past = await page.evaluate(() => window.__jolda.past());
  // Each was seen at a stop before and at one after, or stood at one.
  for (const bus of past.filter((b) => b.from_stop_id !== b.to_stop_id)) {
    expect(bus.from_at, bus.vehicle_id).toBeLessThanOrEqual(appeal.event_at);
    expect(bus.to_at, bus.vehicle_id).toBeGreaterThanOrEqual(appeal.event_at);
  }
  const live = await page.evaluate(() => window.__jolda.map.getLayoutProperty('vehicles', 'visibility'));
  expect(live, 'buses of now are not shown among those of then').toBe('none');
  await expect(page.locator('#detail h1')).toContainText(appeal.name);
  await sound(page, 'map-at-that-time');
  await page.locator('.map-then a').click();
  await expect(page.locator('.map-then')).toHaveCount(0);
});

test('the public has no list, no bubbles and no way to them', async ({ page, request }) => {
  await said(request, 60);
  const asked = [];
  page.on('request', (r) => { if (r.url().includes('/staff/')) asked.push(r.url()); });
  await openMap(page, `${server.base}/?lang=ru`);
  await expect(page.locator('#fresh-place')).toHaveCount(0);
  await page.waitForTimeout(1_500);
  expect(await shown(page)).toEqual([]);
  expect(asked).toEqual([]);
  expect((await fetch(`${server.base}/api/v1/staff/appeals/fresh`)).status).toBe(401);
});
