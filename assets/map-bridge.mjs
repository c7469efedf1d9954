// The one module between the page's WebAssembly and MapLibre, and the only JavaScript that we write by hand.
// It draws what it is told and says what was clicked; it decides nothing about buses.
import {
  AttributionControl, Map as GlMap, NavigationControl, ScaleControl, addProtocol, prewarm, setWorkerUrl,
} from './maplibre/maplibre-gl.mjs';

setWorkerUrl(new URL('./maplibre/maplibre-gl-worker.mjs', import.meta.url).href);
// The workers load while the ground is still being fetched.
prewarm();

const EMPTY = { type: 'FeatureCollection', features: [] };
const FONT = ['Jolda Map', 'Noto Sans', 'Segoe UI', 'sans-serif'];
const STOPS_ZOOM = 13;
const SEGMENTS_ZOOM = 7;
// Below it stops would hide their lines.
const DOTS_ZOOM = 10.5;
const SEGMENTS_REFRESH_MS = 60_000;
// A picture that is not drawn by then is given up for the next.
const PUSH_MS_MAX = 500;
const TOUCH_PX = 14;
const MOUSE_PX = 5;
// Room for the open legend of a desk (app.css).
const LEGEND_PX = 256;
// Bands in the order of the page: unknown, very bunched, bunched, even, gapped, very gapped.
const BANDS = 6;

const PALETTE = {
  light: {
    ground: '#e2e7e9', area: '#ebeff0', border: '#b9c5cb', water: '#9fc6db', casing: '#cfd8dc', street: '#ffffff',
    streetText: '#5a6872', placeText: '#45545e', halo: '#f8fafa', stop: '#ffffff', stopLine: '#41525c', stopText: '#24333c', line: '#7b8b95',
    select: '#0b5468', even: '#1c63a6', bunched: '#9c5400', gapped: '#a31f4d', unknown: '#56626b', ink: '#14212a',
    low: '#c2406e', under: '#d98aa6', ok: '#5b93c9', over: '#1c63a6',
  },
  dark: {
    ground: '#12191d', area: '#172026', border: '#324049', water: '#1d4256', casing: '#0f1518', street: '#2a363d',
    streetText: '#91a1ab', placeText: '#aebcc4', halo: '#12191d', stop: '#12191d', stopLine: '#b8c6ce', stopText: '#dbe6ec', line: '#5d6e78',
    select: '#74cadb', even: '#74b6f5', bunched: '#f3ad4e', gapped: '#f58bad', unknown: '#a2afb8', ink: '#eaf2f6',
    low: '#f2719c', under: '#b5667f', ok: '#4a7ca8', over: '#74b6f5',
  },
};

// Shapes, each in a box of 16 about the origin: the same as in the lists (pages/marks.rs).
const SHAPES = [
  (c) => { c.roundRect(-5, -5, 10, 10, 2); },
  (c) => { for (const [x, y] of [[-4, 2.5], [4, 2.5], [0, -3.5]]) { c.moveTo(x + 3.6, y); c.arc(x, y, 3.6, 0, 7); } },
  (c) => { for (const x of [-3, 3.5]) { c.moveTo(x + 4, 0); c.arc(x, 0, 4, 0, 7); } },
  (c) => { c.arc(0, 0, 5, 0, 7); },
  (c) => { c.moveTo(0, -6); c.lineTo(6.5, 5.5); c.lineTo(-6.5, 5.5); c.closePath(); },
  (c) => { c.moveTo(0, -7); c.lineTo(7.5, 6); c.lineTo(-7.5, 6); c.closePath(); },
];
const HOLLOW = [true, false, false, false, true, false];
const SCALE = 3;

function canvas(size) {
  const c = Object.assign(document.createElement('canvas'), { width: size * SCALE, height: size * SCALE }).getContext('2d');
  c.scale(SCALE, SCALE);
  c.translate(size / 2, size / 2);
  return c;
}

const pixels = (c) => c.getImageData(0, 0, c.canvas.width, c.canvas.height);

function bandImage(band, p) {
  const colour = [p.unknown, p.bunched, p.bunched, p.even, p.gapped, p.gapped][band];
  const c = canvas(24);
  c.scale(1.15, 1.15);
  c.lineJoin = 'round';
  c.beginPath();
  SHAPES[band](c);
  c.lineWidth = 4.5;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = HOLLOW[band] ? p.halo : colour;
  c.fill();
  c.lineWidth = HOLLOW[band] ? 2.2 : 0.6;
  c.strokeStyle = colour;
  c.stroke();
  if (band === 0) {
    c.fillStyle = colour;
    c.font = '700 8px sans-serif';
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    c.fillText('?', 0, 0.4);
  }
  return pixels(c);
}

function arrowImage(p) {
  const c = canvas(40);
  c.beginPath();
  c.moveTo(0, -17);
  c.lineTo(5, -10.5);
  c.lineTo(-5, -10.5);
  c.closePath();
  c.lineJoin = 'round';
  c.lineWidth = 3;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = p.ink;
  c.fill();
  return pixels(c);
}

// line_e5 of the API: differences, degrees × 1e5.
function coordinates(e5) {
  const out = [];
  let x = 0, y = 0;
  for (let i = 0; i + 1 < e5.length; i += 2) out.push([(x += e5[i]) / 1e5, (y += e5[i + 1]) / 1e5]);
  return out;
}

async function json(url) {
  const answer = await fetch(url, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

const names = (language) => ['coalesce', ['get', `name:${language}`], ['get', 'name'], ['get', 'name:ru'], ['get', 'name:en'], ''];

// OpenStreetMap is credited on every map; our own drawings need no credit.
const credited = (words) => (!words || words.includes('OpenStreetMap') || words === 'Jolda' ? undefined : words);

// Nothing is known of this city's streets: its lines and stops stand on plain ground.
const plain = (p) => ({ version: 8, 'font-faces': faces(), sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': p.ground } }] });

// The map of a city whose streets, districts, rivers and names of places are files of ours.
async function schematic(language, p) {
  const names_ = ['streets', 'districts', 'rivers', 'labels'];
  const data = await Promise.all(names_.map((n) => json(`/basemap/${n}.geojson`).catch(() => EMPTY)));
  const sources = {};
  names_.forEach((n, i) => { sources[n] = { type: 'geojson', data: data[i], attribution: credited(data[i].attribution) }; });
  const wide = (a, b) => ['interpolate', ['exponential', 1.5], ['zoom'], 10, a, 16, b];
  const main = ['match', ['get', 'class'], ['motorway', 'trunk', 'primary'], 1.5, 1];
  const width = (k) => ['interpolate', ['exponential', 1.5], ['zoom'], 9, ['*', main, k], 12, ['*', main, 3 * k], 16, ['*', main, 9 * k]];
  return {
    version: 8,
    'font-faces': faces(),
    sources,
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': p.ground } },
      { id: 'districts', type: 'fill', source: 'districts', paint: { 'fill-color': p.area } },
      { id: 'district-borders', type: 'line', source: 'districts', paint: { 'line-color': p.border, 'line-dasharray': [3, 2], 'line-width': 1 } },
      { id: 'rivers', type: 'line', source: 'rivers', paint: { 'line-color': p.water, 'line-width': wide(1, 5) }, layout: { 'line-cap': 'round', 'line-join': 'round' } },
      { id: 'street-casings', type: 'line', source: 'streets', paint: { 'line-color': p.casing, 'line-width': width(1.35) }, layout: { 'line-cap': 'round', 'line-join': 'round' } },
      { id: 'streets', type: 'line', source: 'streets', paint: { 'line-color': p.street, 'line-width': width(1) }, layout: { 'line-cap': 'round', 'line-join': 'round' } },
      { id: 'street-names', type: 'symbol', source: 'streets', minzoom: 12, layout: { 'symbol-placement': 'line', 'text-field': names(language), 'text-font': FONT, 'text-size': 12, 'symbol-spacing': 320 }, paint: { 'text-color': p.streetText, 'text-halo-color': p.halo, 'text-halo-width': 1.5 } },
      { id: 'places', type: 'symbol', source: 'labels', maxzoom: 14.5, layout: { 'text-field': names(language), 'text-font': FONT, 'text-size': ['match', ['get', 'class'], 'district', 14, 12], 'text-max-width': 8 }, paint: { 'text-color': p.placeText, 'text-halo-color': p.halo, 'text-halo-width': 1.5, 'text-opacity': 0.85 } },
    ],
  };
}

function faces() {
  const file = (subset, ranges) => ({ url: new URL(`./fonts/noto-sans-${subset}-500-normal.woff2`, import.meta.url).href, 'unicode-range': ranges });
  return {
    'Jolda Map': [
      file('cyrillic', ['U+0301', 'U+0400-045F', 'U+0490-0491', 'U+04B0-04B1', 'U+2116']),
      file('cyrillic-ext', ['U+0460-048F', 'U+0492-04AF', 'U+04B2-052F']),
      file('latin', ['U+0000-00FF', 'U+0131', 'U+2000-206F']),
    ],
  };
}

// The operator's own .pmtiles file, in the layers of the Protomaps basemap.
async function tiled(basemap, language, p) {
  if (!globalThis.pmtiles) await new Promise((done, fail) => {
    const script = Object.assign(document.createElement('script'), { src: new URL('./pmtiles/pmtiles.js', import.meta.url).href, onload: done, onerror: fail });
    document.head.append(script);
  });
  addProtocol('pmtiles', new globalThis.pmtiles.Protocol({ metadata: true }).tile);
  const layer = (id, type, from, paint, more = {}) => ({ id, type, source: 'tiles', 'source-layer': from, paint, ...more });
  const kind = (...kinds) => ['match', ['get', 'kind'], kinds, true, false];
  const width = (a, b) => ['interpolate', ['exponential', 1.6], ['zoom'], 9, a, 18, b];
  const round = { layout: { 'line-cap': 'round', 'line-join': 'round' } };
  const label = { 'text-color': p.placeText, 'text-halo-color': p.halo, 'text-halo-width': 1.5 };
  return {
    version: 8,
    'font-faces': faces(),
    sources: { tiles: { type: 'vector', url: `pmtiles://${new URL(basemap, location.href).href}` } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': p.ground } },
      layer('earth', 'fill', 'earth', { 'fill-color': p.area }),
      layer('greens', 'fill', 'landuse', { 'fill-color': p.water, 'fill-opacity': 0.12 }, { filter: kind('park', 'forest', 'wood', 'nature_reserve', 'cemetery', 'grass', 'meadow') }),
      layer('waters', 'fill', 'water', { 'fill-color': p.water }, { filter: ['==', ['geometry-type'], 'Polygon'] }),
      layer('rivers', 'line', 'water', { 'line-color': p.water, 'line-width': width(0.6, 5) }, { filter: ['==', ['geometry-type'], 'LineString'] }),
      layer('buildings', 'fill', 'buildings', { 'fill-color': p.casing, 'fill-opacity': 0.5 }, { minzoom: 15 }),
      layer('rails', 'line', 'roads', { 'line-color': p.border, 'line-width': 1, 'line-dasharray': [4, 3] }, { filter: kind('rail') }),
      layer('paths', 'line', 'roads', { 'line-color': p.street, 'line-width': width(0.3, 3) }, { minzoom: 14, filter: kind('path', 'other'), ...round }),
      layer('street-casings', 'line', 'roads', { 'line-color': p.casing, 'line-width': width(1.2, 24) }, { filter: kind('highway', 'major_road'), ...round }),
      layer('small-streets', 'line', 'roads', { 'line-color': p.street, 'line-width': width(0.4, 12) }, { filter: kind('minor_road'), ...round }),
      layer('streets', 'line', 'roads', { 'line-color': p.street, 'line-width': width(0.9, 20) }, { filter: kind('highway', 'major_road'), ...round }),
      layer('district-borders', 'line', 'boundaries', { 'line-color': p.border, 'line-width': 1, 'line-dasharray': [3, 2] }),
      layer('street-names', 'symbol', 'roads', { ...label, 'text-color': p.streetText }, { minzoom: 13, layout: { 'symbol-placement': 'line', 'text-field': names(language), 'text-font': FONT, 'text-size': 12 } }),
      layer('places', 'symbol', 'places', label, { layout: { 'text-field': names(language), 'text-font': FONT, 'text-size': ['match', ['get', 'kind'], 'locality', 15, 12], 'text-max-width': 8 } }),
    ],
  };
}

async function style(settings, p) {
  const { basemap, language } = settings;
  if (basemap === 'plain') return plain(p);
  if (basemap === 'none' || basemap === '') return schematic(language, p);
  return basemap.endsWith('.pmtiles') ? tiled(basemap, language, p) : basemap;
}

// Our own layers, bottom to top. `p` is the palette; every colour is set again when the theme changes.
function layers(p) {
  const ratio = ['/', ['get', 'o'], ['max', ['get', 'p'], 0.1]];
  const width = ['interpolate', ['linear'], ['zoom'],
    10, ['interpolate', ['linear'], ['get', 'w'], 0, 1, 20, 2.2, 60, 4.2],
    15, ['interpolate', ['linear'], ['get', 'w'], 0, 1.5, 10, 3.5, 30, 7, 90, 14]];
  const offset = ['interpolate', ['linear'], ['zoom'],
    10, ['interpolate', ['linear'], ['get', 'w'], 0, 0.8, 20, 1.4, 60, 2.5],
    15, ['interpolate', ['linear'], ['get', 'w'], 0, 1.5, 10, 2.6, 30, 4.6, 90, 8]];
  const round = { 'line-cap': 'butt', 'line-join': 'round' };
  const text = (extra) => ({ 'text-font': FONT, ...extra });
  const still = { 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  const by = (a, b) => ['interpolate', ['linear'], ['zoom'], 10, a, 15, b];
  return [
    { id: 'network', type: 'line', source: 'network', filter: ['==', ['geometry-type'], 'LineString'], layout: round, paint: { 'line-color': p.line, 'line-width': by(1, 2), 'line-offset': by(0.6, 1.5), 'line-opacity': 0.8 } },
    { id: 'intensity', type: 'line', source: 'segments', minzoom: SEGMENTS_ZOOM, filter: ['has', 'o'], layout: round, paint: { 'line-color': ['step', ratio, p.low, 0.6, p.under, 0.85, p.ok, 1.15, p.over], 'line-width': width, 'line-offset': offset, 'line-opacity': 0.85 } },
    { id: 'intensity-unknown', type: 'line', source: 'segments', minzoom: SEGMENTS_ZOOM, filter: ['!', ['has', 'o']], layout: round, paint: { 'line-color': p.unknown, 'line-width': width, 'line-offset': offset, 'line-dasharray': [2, 2], 'line-opacity': 0.6 } },
    { id: 'route', type: 'line', source: 'highlight', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': p.select, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 3, 16, 8], 'line-opacity': 0.7 } },
    { id: 'dots', type: 'circle', source: 'network', minzoom: DOTS_ZOOM, maxzoom: STOPS_ZOOM, filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], DOTS_ZOOM, 0.8, STOPS_ZOOM, 2.2], 'circle-color': p.stop, 'circle-stroke-color': p.stopLine, 'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], DOTS_ZOOM, 0.6, STOPS_ZOOM, 1.3] } },
    { id: 'stops', type: 'circle', source: 'stops', minzoom: STOPS_ZOOM, paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 13, 2.5, 16, 6], 'circle-color': p.stop, 'circle-stroke-color': p.stopLine, 'circle-stroke-width': 1.5 } },
    { id: 'stop-names', type: 'symbol', source: 'stops', minzoom: 15, layout: text({ 'text-field': ['get', 'name'], 'text-size': 12, 'text-anchor': 'left', 'text-offset': [0.8, 0], 'text-max-width': 10 }), paint: { 'text-color': p.stopText, 'text-halo-color': p.halo, 'text-halo-width': 1.5 } },
    { id: 'place', type: 'circle', source: 'highlight', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 11, 'circle-color': p.select, 'circle-opacity': 0.25, 'circle-stroke-color': p.select, 'circle-stroke-width': 3 } },
    { id: 'chosen', type: 'circle', source: 'vehicles', filter: ['==', ['get', 'i'], -1], paint: { 'circle-radius': 18, 'circle-color': p.select, 'circle-opacity': 0.25, 'circle-stroke-color': p.select, 'circle-stroke-width': 3 } },
    { id: 'headings', type: 'symbol', source: 'vehicles', minzoom: 12.5, filter: ['>=', ['get', 'b'], 0], layout: { 'icon-image': 'arrow', 'icon-rotate': ['get', 'b'], 'icon-rotation-alignment': 'map', ...still }, paint: { 'icon-opacity': ['get', 'a'] } },
    { id: 'vehicles', type: 'symbol', source: 'vehicles', layout: { 'icon-image': ['concat', 'band-', ['get', 's']], 'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.6, 13, 0.85, 16, 1.1], 'symbol-sort-key': ['get', 's'], ...still }, paint: { 'icon-opacity': ['get', 'a'] } },
    { id: 'vehicle-numbers', type: 'symbol', source: 'vehicles', minzoom: 12.5, layout: text({ 'text-field': ['get', 'r'], 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 1.3], 'text-allow-overlap': true, 'text-ignore-placement': true }), paint: { 'text-color': p.ink, 'text-halo-color': p.halo, 'text-halo-width': 2, 'text-opacity': ['get', 'a'] } },
  ];
}

const GROUPS = {
  vehicles: ['vehicles', 'headings', 'vehicle-numbers', 'chosen'],
  lines: ['network'],
  stops: ['stops', 'stop-names', 'dots'],
  intensity: ['intensity', 'intensity-unknown'],
};

const dark = (theme) => (theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

// Pixels of the map under the sheet of a phone (app.css).
const sheet = (container) => (innerWidth <= 760 ? container.clientHeight * 0.44 : 0);

/** Makes the map. `settings`: { language, theme, basemap, bounds, words }; `tell(what, a, b)` is called back. */
export async function createMap(container, settings, tell) {
  let p = PALETTE[dark(settings.theme) ? 'dark' : 'light'];
  const { bounds, language, words } = settings;
  const map = new GlMap({
    container,
    style: await style(settings, p),
    hash: true,
    bounds: bounds ?? [-180, -60, 180, 70],
    fitBoundsOptions: { padding: { top: 16, left: innerWidth > 1180 ? LEGEND_PX : 16, right: 16, bottom: 16 + sheet(container) } },
    attributionControl: false,
    fadeDuration: 0,
    maxZoom: 19,
    locale: { 'Map.Title': words.map, 'NavigationControl.ZoomIn': words.zoomIn, 'NavigationControl.ZoomOut': words.zoomOut, 'AttributionControl.ToggleAttribution': words.credits, ...(language === 'en' ? {} : { 'ScaleControl.Meters': 'м', 'ScaleControl.Kilometers': 'км' }) },
  });
  map.addControl(new AttributionControl({ compact: true, customAttribution: settings.basemap === 'plain' ? undefined : '<a href="https://www.openstreetmap.org/copyright">© OpenStreetMap</a>' }));
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-right');
  map.dragRotate.disable();
  map.touchZoomRotate.disableRotation();
  await new Promise((done, fail) => {
    map.once('style.load', done);
    map.once('error', (e) => fail(e.error));
  });
  map.on('error', (e) => console.warn('map:', e.error?.message ?? e));
  const live = new LiveMap(map, settings, tell, p);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => live.recolour(PALETTE[dark(settings.theme) ? 'dark' : 'light']));
  window.__jolda = { map, vehicles: () => live.shown(), language };
  return live;
}

class LiveMap {
  constructor(map, settings, tell, p) {
    Object.assign(this, { map, settings, tell, p, features: new Map(), labels: new Map(), chosen: -1, stopsKey: '', segmentsKey: '', networkKey: '', networkTag: '', highlighted: 0, pushed: 0 });
    this.images();
    for (const source of ['network', 'segments', 'stops', 'highlight', 'vehicles']) {
      map.addSource(source, { type: 'geojson', data: EMPTY, ...(source === 'vehicles' ? { maxzoom: 14, buffer: 64, tolerance: 0 } : {}) });
    }
    // Lines lie under the names of the ground, all else over them.
    const name = map.getStyle().layers.find((layer) => layer.type === 'symbol')?.id;
    for (const layer of layers(p)) map.addLayer(layer, layer.type === 'line' ? name : undefined);
    map.on('moveend', () => this.moved());
    map.on('dragstart', () => tell('drag', '', ''));
    map.on('click', (e) => this.clicked(e));
    map.on('mousemove', (e) => { map.getCanvas().style.cursor = this.hit(e.point, MOUSE_PX) ? 'pointer' : ''; });
    setInterval(() => { if (!document.hidden) { this.segmentsKey = this.networkKey = ''; this.segments(); this.network(); } }, SEGMENTS_REFRESH_MS);
    this.moved();
  }

  images() {
    const put = (name, data) => (this.map.hasImage(name) ? this.map.updateImage(name, data) : this.map.addImage(name, data, { pixelRatio: SCALE }));
    for (let band = 0; band < BANDS; band++) put(`band-${band}`, bandImage(band, this.p));
    put('arrow', arrowImage(this.p));
  }

  /** Puts on the other palette. */
  async recolour(p) {
    this.p = p;
    this.images();
    const own = layers(p);
    const under = await style(this.settings, p);
    const ground = typeof under === 'string' ? [] : under.layers;
    for (const layer of [...ground, ...own]) {
      for (const [name, value] of Object.entries(layer.paint)) this.map.setPaintProperty(layer.id, name, value);
    }
  }

  // What the map shows: [west, south, east, north, zoom].
  view() {
    const b = this.map.getBounds();
    return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth(), this.map.getZoom()];
  }

  moved() {
    // Later: the page may be in the midst of what moved the map.
    queueMicrotask(() => this.tell('move', '', ''));
    this.stops();
    this.network();
    this.segments();
  }

  // The box of the view on a grid of tiles, so that a small step asks for nothing new.
  box(zoom) {
    const n = 2 ** zoom, [w, s, e, north] = this.view();
    const x = (v) => (v / 360) * n, y = (v) => (v / 180) * n;
    return [Math.floor(x(w)) / n * 360, Math.floor(y(s)) / n * 180, Math.ceil(x(e)) / n * 360, Math.ceil(y(north)) / n * 180].map((v) => +v.toFixed(5)).join(',');
  }

  async stops() {
    if (this.map.getZoom() < STOPS_ZOOM) return;
    const key = this.box(12);
    if (key === this.stopsKey) return;
    this.stopsKey = key;
    try {
      const { stops } = await json(`/api/v1/stops?bbox=${key}&lang=${this.settings.language}`);
      if (key !== this.stopsKey) return;
      const features = stops.map((s) => ({ type: 'Feature', properties: { id: s.stop_id, name: s.name }, geometry: { type: 'Point', coordinates: [s.lon, s.lat] } }));
      this.map.getSource('stops').setData({ type: 'FeatureCollection', features });
    } catch { this.stopsKey = ''; }
  }

  // Where buses go by the timetable, and where they stop: known without a single observation.
  async network() {
    const key = this.box(8);
    if (key === this.networkKey) return;
    this.networkKey = key;
    try {
      const answer = await fetch(`/api/v1/network?bbox=${key}`);
      if (!answer.ok) throw new Error(answer.status);
      // The same box of the same timetable is drawn already.
      const tag = key + answer.headers.get('etag');
      if (tag === this.networkTag) return;
      const { lines } = await answer.json();
      if (key !== this.networkKey) return;
      this.networkTag = tag;
      const stops = new Map();
      const features = lines.map((l) => {
        const line = coordinates(l.line_e5);
        stops.set(l.to_stop_id, line.at(-1)).set(l.from_stop_id, line[0]);
        return { type: 'Feature', properties: { from: l.from_stop_id, to: l.to_stop_id }, geometry: { type: 'LineString', coordinates: line } };
      });
      for (const [id, place] of stops) {
        if (place) features.push({ type: 'Feature', properties: { id }, geometry: { type: 'Point', coordinates: place } });
      }
      this.map.getSource('network').setData({ type: 'FeatureCollection', features });
    } catch { this.networkKey = ''; }
  }

  async segments() {
    if (this.map.getZoom() < SEGMENTS_ZOOM) return;
    const key = this.box(10);
    if (key === this.segmentsKey) return;
    this.segmentsKey = key;
    try {
      const { segments } = await json(`/api/v1/segments?bbox=${key}&lang=${this.settings.language}`);
      if (key !== this.segmentsKey) return;
      const features = segments.map((s) => {
        const known = s.observed_vph !== null;
        const properties = { from: s.from_stop_id, to: s.to_stop_id, p: s.scheduled_vph, w: Math.max(s.scheduled_vph, s.observed_vph ?? 0) };
        if (known) properties.o = s.observed_vph;
        return { type: 'Feature', properties, geometry: { type: 'LineString', coordinates: coordinates(s.line_e5) } };
      });
      this.map.getSource('segments').setData({ type: 'FeatureCollection', features });
    } catch { this.segmentsKey = ''; }
  }

  /** `flat`: for each vehicle number, longitude, latitude, bearing (−1 unknown), band, opacity. False: the
   *  picture before is still being drawn, and this one is left out. */
  vehicles(flat) {
    const all = new Array(flat.length / 6);
    for (let i = 0, n = 0; i < flat.length; i += 6, n++) {
      const id = flat[i];
      let f = this.features.get(id);
      if (!f) {
        f = { type: 'Feature', properties: { i: id, r: this.labels.get(id) ?? '' }, geometry: { type: 'Point', coordinates: [0, 0] } };
        this.features.set(id, f);
      }
      f.geometry.coordinates[0] = flat[i + 1];
      f.geometry.coordinates[1] = flat[i + 2];
      f.properties.b = flat[i + 3];
      f.properties.s = flat[i + 4];
      f.properties.a = flat[i + 5];
      all[n] = f;
    }
    this.last = all;
    // A slow machine gets fewer pictures, not a longer queue of them.
    const now = performance.now();
    if (now - this.pushed < PUSH_MS_MAX && !this.map.loaded()) return false;
    this.pushed = now;
    this.map.getSource('vehicles').setData({ type: 'FeatureCollection', features: all });
    return true;
  }

  /** The route's number beside a vehicle; none: the vehicle has left. */
  label(id, text) {
    if (text === undefined) {
      this.labels.delete(id);
      this.features.delete(id);
      return;
    }
    this.labels.set(id, text);
    const f = this.features.get(id);
    if (f) f.properties.r = text;
  }

  /** For tests: what was drawn last. */
  shown() {
    return (this.last ?? []).map((f) => ({ ...f.properties, lon: f.geometry.coordinates[0], lat: f.geometry.coordinates[1] }));
  }

  /** Rings the vehicle of this number; −1: none. */
  choose(id) {
    if (id === this.chosen) return;
    this.chosen = id;
    this.map.setFilter('chosen', ['==', ['get', 'i'], id]);
  }

  /** Draws what is selected, and goes there if `go`. */
  async highlight(kind, a, b, go) {
    const turn = ++this.highlighted;
    const show = (features) => this.map.getSource('highlight').setData({ type: 'FeatureCollection', features });
    const line = (e5) => ({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: coordinates(e5) } });
    show([]);
    this.dim(kind === 'route' || kind === 'vehicle');
    const e = encodeURIComponent;
    let features = [];
    try {
      if (kind === 'vehicle') {
        // Not among the vehicles in view: ask where it is.
        const { vehicle } = await json(`/api/v1/vehicles/${e(a)}`);
        if (turn !== this.highlighted) return;
        if (go) this.map.jumpTo({ center: [vehicle.lon, vehicle.lat], zoom: Math.max(this.map.getZoom(), 15), padding: this.padding() });
        [kind, a, go] = ['route', vehicle.route_id, false];
      }
      if (kind === 'route' && a) features = (await json(`/api/v1/routes/${e(a)}`)).patterns.map((p) => line(p.line_e5));
      if (kind === 'segment') features = [line((await json(`/api/v1/segments/${e(a)}/${e(b)}`)).segment.line_e5)];
      if (kind === 'stop') {
        const { stop } = await json(`/api/v1/stops/${e(a)}`);
        features = [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [stop.lon, stop.lat] } }];
      }
    } catch { return; }
    if (turn !== this.highlighted || !features.length) return;
    show(features);
    if (!go) return;
    const points = features.flatMap((f) => (f.geometry.type === 'Point' ? [f.geometry.coordinates] : f.geometry.coordinates));
    const xs = points.map((q) => q[0]), ys = points.map((q) => q[1]);
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    this.map.fitBounds(box, { padding: this.padding(), maxZoom: 16, animate: !matchMedia('(prefers-reduced-motion: reduce)').matches });
  }

  // A chosen route stands out before all others.
  dim(on) {
    for (const [id, full] of [['network', 0.8], ['intensity', 0.85], ['intensity-unknown', 0.6]]) this.map.setPaintProperty(id, 'line-opacity', on ? 0.2 : full);
  }

  // Room for what lies over the map.
  padding() {
    return { top: 50, left: 40, right: 50, bottom: 40 + sheet(this.map.getContainer()) };
  }

  /** Keeps a followed vehicle in the middle. */
  centre(lon, lat, near) {
    if (this.map.isMoving()) return;
    const to = { center: [lon, lat], padding: this.padding() };
    if (near && this.map.getZoom() < 14) this.map.easeTo({ ...to, zoom: 15, duration: 600 });
    else this.map.jumpTo(to);
  }

  /** Shows or hides a group of layers. */
  layer(group, on) {
    for (const id of GROUPS[group]) this.map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
  }

  hit(point, reach) {
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    for (const [kind, ids] of [['vehicle', ['vehicles']], ['stop', ['stops', 'stop-names', 'dots']], ['segment', ['intensity', 'intensity-unknown', 'network']]]) {
      const found = this.map.queryRenderedFeatures(box, { layers: ids });
      if (!found.length) continue;
      const away = (f) => { const q = this.map.project(f.geometry.coordinates); return Math.hypot(q.x - point.x, q.y - point.y); };
      if (kind !== 'segment') found.sort((f, g) => away(f) - away(g));
      return { kind, properties: found[0].properties };
    }
    return null;
  }

  clicked(e) {
    const coarse = matchMedia('(pointer: coarse)').matches;
    const found = this.hit(e.point, coarse ? TOUCH_PX : MOUSE_PX);
    if (!found) return this.tell('nothing', '', '');
    const q = found.properties;
    if (found.kind === 'vehicle') this.tell('vehicle', String(q.i), '');
    if (found.kind === 'stop') this.tell('stop', q.id, '');
    if (found.kind === 'segment') this.tell('segment', q.from, q.to);
  }
}
