// A real morning in the page: the recording of Austin's buses, played fast until 08:00 of the agency's clock.
// Shared recordings lie beside a checkout, never in it: where they are absent this is passed over, and says so.
import { expect, test } from '@playwright/test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './server.mjs';

const folder = join(import.meta.dirname, '../../../shared/data/capmetro-austin-2016');
const recording = join(folder, 'vehicle-positions-2016-12-16-30s.zip');
const timetable = join(folder, 'gtfs.zip');
// 30 s of the recording in half a second: a page on a slow machine still keeps up.
const SPEED = 60;

test('at 08:00 of a real peak the page shows more than 150 buses with a known state', async ({ page }, { project }) => {
  test.skip(project.name !== 'desk', 'one screen is enough');
  const here = existsSync(recording) && existsSync(timetable);
  if (!here) console.warn(`SKIPPED: ${folder} is not here`);
  test.skip(!here, 'the recording is not here');
  test.setTimeout(420_000);
  const server = await start(['serve', '--gtfs', timetable, '--recording', recording, '--speed', String(SPEED)]);
  try {
    const at = async () => (await (await fetch(`${server.base}/api/v1/vehicles`)).json()).at;
    // 07:50 there is 13:50 UTC. From then on the page hears the minutes pass.
    await expect.poll(at, { timeout: 300_000, intervals: [1_000] }).toBeGreaterThan(Date.UTC(2016, 11, 16, 13, 50) / 1000);
    await page.goto(`${server.base}/?lang=en`);
    const known = () => page.evaluate(() => {
      const numbers = [...document.querySelectorAll('.map-tools fieldset li[data-band] b')].map((b) => Number(b.textContent));
      return { numbers, clock: document.getElementById('clock').textContent };
    });
    await expect.poll(async () => (await known()).clock, { timeout: 120_000 }).toMatch(/^08:/);
    const { numbers, clock } = await known();
    const drawn = await page.evaluate(() => window.__jolda.vehicles().filter((v) => v.s > 0).length);
    const total = numbers.reduce((a, b) => a + b, 0) - numbers.at(-1);
    console.log(`Austin at ${clock}: ${total} buses in view with a known state (${numbers.join(', ')}); ${drawn} drawn`);
    expect(numbers.length).toBe(6);
    expect(total).toBeGreaterThan(150);
    expect(drawn).toBeGreaterThan(150);
  } finally {
    await server.stop();
  }
});
