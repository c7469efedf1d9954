// The real server with its demo city, in Debian's Chromium. Nothing is downloaded.
import { defineConfig, devices } from '@playwright/test';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const port = Number(process.env.JOLDA_TEST_PORT ?? 18480);
const binary = process.env.JOLDA_BIN ?? join(import.meta.dirname, '../../target/release/jolda');
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const data = process.env.JOLDA_TEST_DATA ?? mkdtempSync(join(tmpdir(), 'jolda-browser-'));
// Workers read the configuration again: they must find the same folder.
process.env.JOLDA_TEST_DATA = data;

const desk = { viewport: { width: 1440, height: 900 } };

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.mjs',
  // One server and software rendering on two cores: more workers would only wait for each other.
  workers: 1,
  retries: 0,
  // Generous: a test ends when what it waits for is there, not when the time is over.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  outputDir: '../../target/browser-tests',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: {
      executablePath: chromium,
      args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    },
    trace: 'retain-on-failure',
    locale: 'ru-RU',
  },
  projects: [
    { name: 'desk', use: desk, testIgnore: /no-script/ },
    { name: 'phone', use: { ...devices['Pixel 7'], ...phoneSize() }, testIgnore: /no-script/ },
    { name: 'no-script', use: { ...desk, javaScriptEnabled: false }, testMatch: /no-script/ },
  ],
  webServer: {
    command: `"${binary}" demo --listen 127.0.0.1:${port} --data-dir "${data}"`,
    url: `http://127.0.0.1:${port}/readyz`,
    timeout: 60_000,
    cwd: join(import.meta.dirname, '../..'),
    stdout: 'ignore',
    stderr: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
  },
});

function phoneSize() {
  return { viewport: { width: 390, height: 844 } };
}
