// A report, not a judgement: bytes over the wire and time to the first bus, with an empty cache.
import { test } from '@playwright/test';
import { openMap } from './city.mjs';

test('first load', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const kinds = new Map();
  const urls = new Map();
  session.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = new URL(urls.get(requestId) ?? 'http://x/unknown').pathname;
    const kind = path.endsWith('.wasm') ? 'wasm' : path.includes('/maplibre/') ? 'maplibre'
      : path.includes('/fonts/') ? 'fonts' : path.startsWith('/api/') ? 'api' : path.startsWith('/basemap/') ? 'basemap'
      : path === '/' ? 'page' : 'script and style';
    kinds.set(kind, (kinds.get(kind) ?? 0) + encodedDataLength);
  });
  const start = Date.now();
  await openMap(page);
  const firstBus = Date.now() - start;
  await page.waitForTimeout(2_000);
  const sum = [...kinds.values()].reduce((a, b) => a + b, 0);
  const lines = [...kinds].toSorted((a, b) => b[1] - a[1]).map(([kind, bytes]) => `${kind} ${(bytes / 1000).toFixed(1)} kB`);
  console.log(`first load: ${(sum / 1000).toFixed(1)} kB (${lines.join(', ')}); first buses drawn after ${firstBus} ms (software rendering)`);
});
