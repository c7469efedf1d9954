// A timetable of our own whose feed never answers: what the plan says is on the map, and is said to be no more.
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watch } from './city.mjs';
import { start } from './server.mjs';

// One street with five stops, a bus each ten minutes in both directions; and a line whose days are over.
const STOPS = [-3.70, -3.69, -3.68, -3.67, -3.66];
const AWAY = 0.02;

function writeFeed(folder) {
  const two = (n) => String(n).padStart(2, '0');
  const time = (s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:00`;
  const stops = STOPS.flatMap((lon, i) => [`a${i},Street ${i},40.42,${lon}`, `b${i},Old ${i},${40.42 + AWAY},${lon}`]);
  const trips = [], times = [];
  const run = (route, service, id, order, at) => {
    trips.push(`${route},${service},${id},${id.startsWith('d') ? 0 : 1}`);
    order.forEach((stop, i) => times.push(`${id},${time(at + i * 180)},${time(at + i * 180)},${stop},${i}`));
  };
  const there = STOPS.map((_, i) => `a${i}`);
  // Not past midnight: the next day has its own runs, and both would be planned.
  for (let at = 0; at < 24 * 3600; at += 600) {
    run('1', 'daily', `d${at}`, there, at);
    run('1', 'daily', `e${at}`, there.toReversed(), at);
  }
  run('2', 'past', 'd-past', STOPS.map((_, i) => `b${i}`), 8 * 3600);
  const tables = {
    agency: ['agency_id,agency_name,agency_url,agency_timezone', 'x,Bus,https://example.org,UTC'],
    stops: ['stop_id,stop_name,stop_lat,stop_lon', ...stops],
    routes: ['route_id,agency_id,route_short_name,route_long_name,route_type', '1,x,1,Street,3', '2,x,2,Old,3'],
    calendar: ['service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date',
      'daily,1,1,1,1,1,1,1,20200101,20991231', 'past,1,1,1,1,1,1,1,20200101,20200131'],
    trips: ['route_id,service_id,trip_id,direction_id', ...trips],
    stop_times: ['trip_id,arrival_time,departure_time,stop_id,stop_sequence', ...times],
  };
  for (const [name, rows] of Object.entries(tables)) writeFileSync(join(folder, `${name}.txt`), rows.join('\n'));
}

const drawn = (page, layer) => page.evaluate((id) => window.__jolda.map.queryRenderedFeatures({ layers: [id] }).map((f) => f.properties), layer);

test('a timetable whose feed never answered is drawn as the plan that it is', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'jolda-feed-'));
  writeFeed(folder);
  const server = await start(['serve', '--gtfs', folder, '--vehicle-positions', 'http://127.0.0.1:1/none.pb']);
  const seen = watch(page, server.base);
  const ground = [];
  page.on('request', (request) => new URL(request.url()).pathname.startsWith('/basemap/') && ground.push(request.url()));
  try {
    await page.goto(`${server.base}/?lang=en`);
    await page.waitForFunction(() => window.__jolda, null, { timeout: 60_000 });
    // The whole city in view: every line of the timetable, with its stops.
    const ends = (lines) => [...new Set(lines.map((l) => `${l.from} ${l.to}`))].sort();
    const all = STOPS.slice(1).flatMap((_, i) => [`a${i} a${i + 1}`, `a${i + 1} a${i}`, `b${i} b${i + 1}`]).sort();
    await expect.poll(async () => ends(await drawn(page, 'network')), { timeout: 60_000 }).toEqual(all);
    // What is planned and not observed looks so, as wide as its plan: six buses an hour.
    await expect.poll(async () => ends(await drawn(page, 'intensity-unknown')), { timeout: 60_000 }).toEqual(all.filter((l) => l.startsWith('a')));
    for (const line of await drawn(page, 'intensity-unknown')) expect(line.w).toBe(6);
    expect(await drawn(page, 'intensity')).toEqual([]);
    // From farther away the stops are dots on their lines.
    await page.evaluate(() => window.__jolda.map.jumpTo({ zoom: 12 }));
    const served = async (layer) => new Set((await drawn(page, layer)).map((s) => s.id)).size;
    await expect.poll(() => served('dots'), { timeout: 30_000 }).toBe(2 * STOPS.length);
    // Nothing was heard of any bus, and nothing else is said.
    await expect(page.locator('#link')).toHaveText('No data from the buses');
    await expect(page.locator('#overview td.num').first()).toHaveText(/^—\//);
    // No map of this city was set: none is asked for, least of all another city's, and none is credited.
    expect(ground).toEqual([]);
    expect(seen.errors).toEqual([]);
    expect(await page.evaluate(() => window.__jolda.map.getStyle().layers.some((l) => l.id === 'streets'))).toBe(false);
    await expect(page.locator('.maplibregl-ctrl-attrib')).not.toContainText('OpenStreetMap');
    // A line is clicked where nothing runs: it is a stretch like any other.
    const at = await page.evaluate((north) => window.__jolda.map.project([-3.685, 40.42 + north]), AWAY);
    const map = await page.locator('#map').boundingBox();
    await page.mouse.click(map.x + at.x, map.y + at.y);
    await expect(page.locator('#detail h1')).toContainText('Old 1');
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
