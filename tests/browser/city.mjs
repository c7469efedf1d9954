// What the tests of the page ask of the demo city.
import { expect } from '@playwright/test';

/** Every kind of page, with real ids of the running city. */
export async function pages(request) {
  const json = async (path) => (await request.get(path)).json();
  const { routes } = await json('/api/v1/routes');
  const busy = routes.toSorted((a, b) => total(b) - total(a))[0];
  const detail = await json(`/api/v1/routes/${encodeURIComponent(busy.route_id)}`);
  const vehicle = detail.vehicles.find((v) => v.trip_id && !v.layover) ?? detail.vehicles[0];
  const [from, to] = detail.patterns[0].stops.slice(3, 5);
  const e = encodeURIComponent;
  return {
    map: '/',
    routes: '/routes',
    route: `/routes/${e(busy.route_id)}`,
    stops: '/stops',
    stop: `/stops/${e(from.stop_id)}`,
    vehicle: `/vehicles/${e(vehicle.vehicle_id)}`,
    segment: `/segments/${e(from.stop_id)}/${e(to.stop_id)}`,
    incidents: '/incidents',
    feeds: '/feeds',
    search: '/search?q=12',
    nothing: '/search?q=zzzzzz',
    missing: '/no-such-page',
  };
}

const total = (route) => route.directions.reduce((sum, d) => sum + d.vehicles, 0);

/** Opens a page with a map and waits until buses are drawn: some, where the address names a place close by. */
export async function openMap(page, path = '/') {
  const fewest = /[?&](vehicle|stop|segment)=|#1[5-9]\//.test(path) ? 1 : 6;
  await page.goto(path);
  await page.waitForFunction(() => window.__jolda, null, { timeout: 60_000 });
  await expect
    .poll(() => page.evaluate(() => window.__jolda.map.queryRenderedFeatures({ layers: ['vehicles'] }).length), {
      timeout: 60_000,
      message: 'buses drawn',
    })
    .toBeGreaterThanOrEqual(fewest);
}

/** Collects what a page must not do: errors, and requests to other hosts. */
export function watch(page, baseURL) {
  const errors = [];
  const strangers = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['data:', 'blob:'].includes(url.protocol)) return;
    if (url.host !== new URL(baseURL).host) strangers.push(request.url());
  });
  return { errors, strangers };
}
