// The operator's own map: a PMTiles file that we serve, and a style at an address of another host.
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMap, watch } from './city.mjs';
import { writeArchive } from './pmtiles.mjs';
import { start } from './server.mjs';

const CENTRE = [76.905, 43.245];
const NEAR = '#13/43.245/76.905';

test.describe.configure({ timeout: 180_000 });
test.beforeEach(({}, { project }) => test.skip(project.name !== 'desk', 'one screen is enough'));

const drawn = (page, layer) => page.evaluate((id) => window.__jolda.map.queryRenderedFeatures({ layers: [id] }).length, layer);

test('a PMTiles file is the map: ranges, policy, credit', async ({ page, request }) => {
  const folder = mkdtempSync(join(tmpdir(), 'jolda-pmtiles-'));
  const file = join(folder, 'city.pmtiles');
  writeArchive(file, CENTRE, '© Test Mappers');
  const server = await start(['demo'], { JOLDA_SITE__PMTILES: file });
  try {
    const part = await request.get(`${server.base}/basemap/map.pmtiles`, { headers: { range: 'bytes=0-126', 'accept-encoding': 'br, gzip' } });
    expect(part.status()).toBe(206);
    expect(part.headers()['content-range']).toMatch(/^bytes 0-126\/\d+$/);
    expect(part.headers()['content-encoding'], 'offsets are of the bytes as they are').toBeUndefined();
    expect((await part.body()).subarray(0, 7).toString()).toBe('PMTiles');

    const seen = watch(page, server.base);
    const answers = [];
    page.on('response', (answer) => answer.url().endsWith('.pmtiles') && answers.push(answer.status()));
    await openMap(page, `${server.base}/?lang=en${NEAR}`);
    await expect.poll(() => drawn(page, 'earth'), { timeout: 30_000, message: 'ground of the archive' }).toBeGreaterThan(0);
    await expect.poll(() => drawn(page, 'streets'), { timeout: 30_000, message: 'road of the archive' }).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(0);
    expect(new Set(answers)).toEqual(new Set([206]));
    const credit = page.locator('.maplibregl-ctrl-attrib');
    await expect(credit).toContainText('© Test Mappers');
    await expect(credit).toContainText('OpenStreetMap');
    expect(seen.errors).toEqual([]);
    expect(seen.strangers).toEqual([]);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A host of maps: its style, and a tile of GeoJSON. Everything else it refuses. */
async function styleHost() {
  const line = { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[76.7, 43.245], [77.1, 43.245]] } };
  const asked = [];
  const host = createServer((request, answer) => {
    asked.push(request.url);
    const style = {
      version: 8,
      sources: { theirs: { type: 'geojson', data: `http://${request.headers.host}/line.geojson`, attribution: '© Their Map' } },
      layers: [
        { id: 'their-ground', type: 'background', paint: { 'background-color': '#e8e4d8' } },
        { id: 'their-line', type: 'line', source: 'theirs', paint: { 'line-color': '#777777', 'line-width': 6 } },
      ],
    };
    const files = { '/style.json': style, '/line.geojson': line };
    answer.writeHead(files[request.url] ? 200 : 404, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
    answer.end(JSON.stringify(files[request.url] ?? {}));
  });
  await new Promise((done) => host.listen(0, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${host.address().port}`, asked, stop: () => host.close() };
}

test('a style at an address is the map, in both themes; its host and no other is let through', async ({ page }) => {
  const host = await styleHost();
  const server = await start(['demo'], { JOLDA_SITE__STYLE: `${host.origin}/style.json` });
  try {
    const seen = watch(page, server.base);
    await openMap(page, `${server.base}/?lang=en${NEAR}`);
    await expect.poll(() => drawn(page, 'their-line'), { timeout: 30_000 }).toBeGreaterThan(0);
    await expect(page.locator('.maplibregl-ctrl-attrib')).toContainText('© Their Map');
    await expect(page.locator('.maplibregl-ctrl-attrib')).toContainText('OpenStreetMap');
    // The names beside our buses need no letters of the host's.
    await expect.poll(() => drawn(page, 'vehicle-numbers'), { timeout: 30_000 }).toBeGreaterThan(0);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => page.evaluate(() => window.__jolda.map.getPaintProperty('vehicle-numbers', 'text-color'))).toBe('#eaf2f6');
    await expect.poll(() => drawn(page, 'their-line')).toBeGreaterThan(0);
    expect(host.asked.filter((path) => !['/style.json', '/line.geojson'].includes(path))).toEqual([]);
    expect(new Set(seen.strangers.map((url) => new URL(url).origin))).toEqual(new Set([host.origin]));
    expect(seen.errors).toEqual([]);
    const refused = await page.evaluate(() => fetch('http://127.0.0.1:1/').then(() => 'let through', (error) => error.name));
    expect(refused).toBe('TypeError');
  } finally {
    await server.stop();
    host.stop();
  }
});
