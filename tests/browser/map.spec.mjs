// The live map: it draws, buses move, one is found and followed.
import { expect, test } from '@playwright/test';
import { openMap, watch } from './city.mjs';

test('the map really draws, without a request to any other host', async ({ page, baseURL }) => {
  const seen = watch(page, baseURL);
  await openMap(page);
  const shot = await page.locator('#map').screenshot();
  expect(shot.length, 'a blank map would compress to next to nothing').toBeGreaterThan(20_000);
  const drawn = await page.evaluate(() => {
    const count = (layer) => window.__jolda.map.queryRenderedFeatures({ layers: [layer] }).length;
    return { streets: count('streets'), intensity: count('intensity') + count('intensity-unknown') };
  });
  expect(drawn.streets).toBeGreaterThan(0);
  expect(drawn.intensity).toBeGreaterThan(0);
  const tally = Number((await page.locator('#in-view').textContent()).replace(/\D/g, ''));
  expect(tally).toBeGreaterThan(5);
  expect(seen.strangers).toEqual([]);
  expect(seen.errors).toEqual([]);
});

test('buses move between reports and never jump back', async ({ page }) => {
  await openMap(page);
  // Until enough of them have moved, however slow the machine; what is between two looks is judged by their time.
  const look = () => page.evaluate(() => ({
    at: performance.now() / 1000,
    buses: Object.fromEntries(window.__jolda.vehicles().map((v) => [v.i, [v.lon, v.lat]])),
  }));
  const metres = ([x, y], [u, v]) => Math.hypot((u - x) * 81_000, (v - y) * 111_000);
  const first = await look();
  const leaps = new Map();
  let before = first;
  let looks = 0;
  await expect(async () => {
    const now = await look();
    const known = Object.keys(first.buses).filter((id) => now.buses[id]);
    for (const id of known.filter((i) => before.buses[i])) {
      const step = metres(before.buses[id], now.buses[id]);
      // 40 m/s is more than any bus drives and less than any leap to another report.
      if (step > Math.max(300, 40 * (now.at - before.at))) leaps.set(id, step);
    }
    before = now;
    looks++;
    const moved = known.filter((id) => metres(first.buses[id], now.buses[id]) > 20);
    expect(known.length).toBeGreaterThan(5);
    expect(looks, 'several looks').toBeGreaterThanOrEqual(8);
    expect(moved.length, 'of all buses in view, some drive').toBeGreaterThan(known.length / 5);
  }).toPass({ timeout: 45_000, intervals: [1_000] });
  expect(leaps.size, JSON.stringify([...leaps].slice(0, 5))).toBeLessThanOrEqual(Object.keys(first.buses).length * 0.02);
});

test('a reader who wants no motion gets a map that comes to rest', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openMap(page);
  // With buses that glide the map is never done; without them it must be, or the page would be falling behind.
  const rested = page.evaluate(() => new Promise((done) => { window.__jolda.map.once('idle', () => done(true)); }));
  expect(await Promise.race([rested, page.waitForTimeout(30_000).then(() => false)])).toBe(true);
});

test('a chosen route stands out: buses of others fade, and come back', async ({ page, request }) => {
  const { vehicles } = await (await request.get('/api/v1/vehicles')).json();
  const bus = vehicles.find((v) => v.trip_id && !v.layover);
  await openMap(page, `/?route=${encodeURIComponent(bus.route_id)}`);
  const faint = () => page.evaluate(() => {
    const all = window.__jolda.vehicles();
    return [all.filter((v) => v.a < 0.3).map((v) => v.r), all.filter((v) => v.a === 1).map((v) => v.r)];
  });
  await expect.poll(async () => (await faint())[0].length).toBeGreaterThan(5);
  const [others, own] = await faint();
  expect(others).not.toContain(bus.route_short_name);
  expect(new Set(own)).toEqual(new Set([bus.route_short_name]));
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await faint())[0].length).toBe(0);
});

test('a bus is found by its number, opened and followed', async ({ page, request }) => {
  const { vehicles } = await (await request.get('/api/v1/vehicles')).json();
  const bus = vehicles.find((v) => v.trip_id && !v.layover && v.next_stop_name);
  await openMap(page);
  await page.locator('#q').fill(bus.vehicle_id);
  await page.locator('#q').press('Enter');
  await page.locator(`a[href*="${encodeURIComponent(bus.vehicle_id)}"]`).first().click();
  await expect(page.locator('main')).toContainText(bus.route_short_name);

  await openMap(page, `/?vehicle=${encodeURIComponent(bus.vehicle_id)}&follow=1`);
  await expect(page.locator('#detail')).toContainText(bus.label ?? bus.vehicle_id);
  await expect(page.locator('#follow')).toHaveAttribute('aria-pressed', 'true');
  await expect
    .poll(() => page.evaluate(() => window.__jolda.map.getZoom()), { message: 'the map goes to the bus' })
    .toBeGreaterThan(13);
  await page.keyboard.press('Escape');
  await expect(page.locator('#detail')).toBeHidden();
  expect(new URL(page.url()).searchParams.get('vehicle')).toBeNull();
});

test('a click on a bus tells what it is; the address can be shared', async ({ page }) => {
  await openMap(page);
  // Buses drive on: look and click at once, and again when another bus came in between.
  await expect(async () => {
    const at = await page.evaluate(() => {
      const { map } = window.__jolda;
      const box = map.getContainer().getBoundingClientRect();
      const free = map.queryRenderedFeatures({ layers: ['vehicles'] })
        .map((f) => map.project(f.geometry.coordinates))
        .find((p) => p.x > 60 && p.y > 80 && p.x < box.width - 80 && p.y < box.height * 0.4);
      return free && { x: box.x + free.x, y: box.y + free.y };
    });
    expect(at).toBeTruthy();
    await page.mouse.click(at.x, at.y);
    await expect(page.locator('#detail')).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.locator('#detail')).not.toBeEmpty();
  await expect.poll(() => new URL(page.url()).search).toMatch(/vehicle=|stop=|segment=/);
  const shared = page.url();
  await openMap(page, shared);
  await expect(page.locator('#detail')).toBeVisible();
});

test('a click on a stop, on a street and on a route of the list tells of each', async ({ page, request }) => {
  const { routes } = await (await request.get('/api/v1/routes')).json();
  const { patterns } = await (await request.get(`/api/v1/routes/${encodeURIComponent(routes[0].route_id)}`)).json();
  const { stop } = await (await request.get(`/api/v1/stops/${encodeURIComponent(patterns[0].stops[5].stop_id)}`)).json();
  await page.goto(`/?layers=stops,intensity#15.5/${stop.lat}/${stop.lon}`);
  await page.waitForFunction(() => window.__jolda, null, { timeout: 30_000 });
  // On a phone a sheet lies over the lower half of the map: the stop is moved into the upper one.
  await page.evaluate(([lon, lat]) => {
    const { map } = window.__jolda;
    map.easeTo({ center: [lon, lat], offset: [0, -map.getContainer().clientHeight * 0.2], duration: 0 });
  }, [stop.lon, stop.lat]);
  // A place of that layer which no other lies over, in the part of the map that no panel covers.
  const click = async (layer, wish) => expect(async () => {
    const at = await page.evaluate(([id, others]) => {
      const { map } = window.__jolda;
      const box = map.getContainer().getBoundingClientRect();
      const half = ([x, y], [u, v]) => [(x + u) / 2, (y + v) / 2];
      const halves = (line) => line.slice(1).map((point, i) => half(line[i], point));
      const places = ({ geometry: { type, coordinates } }) => (type === 'Point' ? [coordinates] : (type === 'LineString' ? [coordinates] : coordinates).flatMap(halves));
      const free = map.queryRenderedFeatures({ layers: [id] }).flatMap(places).map((place) => map.project(place)).find((q) =>
        q.x > 20 && q.y > 80 && q.x < box.width - 80 && q.y < box.height * 0.45 && map.queryRenderedFeatures([[q.x - 16, q.y - 16], [q.x + 16, q.y + 16]], { layers: others }).length === 0);
      return free && { x: box.x + free.x, y: box.y + free.y };
    }, [layer, layer === 'stops' ? [] : ['stops', 'stop-names']]);
    expect(at, `${layer} in view`).toBeTruthy();
    await page.mouse.click(at.x, at.y);
    await expect.poll(() => page.url(), { timeout: 2_000 }).toMatch(wish);
    await expect(page.locator('#detail h1')).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 40_000 });
  await click('stops', /[?&]stop=/);
  await expect(page.locator('#detail table').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await click('intensity', /[?&]segment=/);
  await page.keyboard.press('Escape');
  await page.locator('#overview a[data-route]').first().click();
  await expect.poll(() => page.url()).toMatch(/[?&]route=/);
  await expect(page.locator('#detail svg.ladder').first()).toBeVisible();
  await expect(page.locator('#detail .chart').first()).toBeVisible();
  await page.goBack();
  await expect(page.locator('#detail')).toBeHidden();
});

test('a cut line is said and mended', async ({ page }) => {
  let sockets = [];
  let down = false;
  await page.routeWebSocket('**/api/v1/live**', (socket) => {
    if (down) return socket.close({ code: 4000 });
    socket.connectToServer();
    sockets.push(socket);
  });
  await openMap(page);
  const link = page.locator('#link');
  const well = (await link.textContent()).trim();
  down = true;
  for (const socket of sockets) await socket.close({ code: 4000 });
  await expect.poll(async () => (await link.textContent()).trim()).not.toBe(well);
  sockets = [];
  down = false;
  await expect.poll(async () => (await link.textContent()).trim(), { timeout: 40_000 }).toBe(well);
});

test('without WebGL the lists go on', async ({ page }) => {
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest);
    };
  });
  await page.goto('/');
  await expect(page.locator('#map-note')).toBeVisible();
  await expect(page.locator('#overview a[href*="route"]').first()).toBeVisible();
});

test('the keyboard does it all', async ({ page }) => {
  await openMap(page);
  await page.keyboard.press('/');
  await expect(page.locator('#q')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.locator('#map canvas').focus();
  const before = await page.evaluate(() => window.__jolda.map.getCenter().lng);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.evaluate(() => window.__jolda.map.getCenter().lng)).toBeGreaterThan(before);
  // What is searched and what is chosen takes the focus; Escape gives it back to where it was.
  await page.keyboard.press('/');
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  await expect(page.locator('#detail')).toBeFocused();
  await page.keyboard.press('Escape');
  const route = page.locator('#overview a[data-route]').nth(2);
  await route.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('#detail')).toBeFocused();
  await expect(page.locator('#detail h1')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(route).toBeFocused();
});
