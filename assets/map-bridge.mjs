// Between the page's WebAssembly and MapLibre: draws what it is told and says what was clicked; it decides
// nothing about buses. With the modules that it imports the only JavaScript of the map that we write by hand.
import { AttributionControl, Map as GlMap, NavigationControl, ScaleControl, prewarm, setWorkerUrl } from './maplibre/maplibre-gl.mjs';
import { Appeals } from './map-appeals.mjs';
import { EMPTY, json, style } from './map-ground.mjs';
import { Past } from './map-past.mjs';
import { PALETTE, SCALE, SEGMENTS_ZOOM, STOPS_ZOOM, images, layers } from './map-picture.mjs';

setWorkerUrl(new URL('./maplibre/maplibre-gl-worker.mjs', import.meta.url).href);
// The workers load while the ground is still being fetched.
prewarm();

const SEGMENTS_REFRESH_MS = 60_000;
// A picture that is not drawn by then is given up for the next.
const PUSH_MS_MAX = 500;
const TOUCH_PX = 14;
const MOUSE_PX = 5;
// Room for the open legend of a desk (app.css).
const LEGEND_PX = 256;

// line_e5 of the API: differences, degrees × 1e5.
function coordinates(e5) {
  const out = [];
  let x = 0, y = 0;
  for (let i = 0; i + 1 < e5.length; i += 2) out.push([(x += e5[i]) / 1e5, (y += e5[i + 1]) / 1e5]);
  return out;
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
  window.__jolda = { map, vehicles: () => live.shown(), appeals: () => live.appeals.places, past: () => live.past.vehicles, language };
  return live;
}

class LiveMap {
  constructor(map, settings, tell, p) {
    Object.assign(this, { map, settings, tell, p, features: new Map(), labels: new Map(), chosen: -1, stopsKey: '', segmentsKey: '', networkKey: '', networkTag: '', highlighted: 0, pushed: 0 });
    this.past = new Past(map, settings.language);
    this.appeals = new Appeals(map);
    this.images();
    for (const source of ['network', 'segments', 'stops', 'highlight', 'vehicles', 'past', 'appeals']) {
      map.addSource(source, { type: 'geojson', data: EMPTY, ...(source === 'vehicles' ? { maxzoom: 14, buffer: 64, tolerance: 0 } : {}) });
    }
    // Lines lie under the names of the ground, all else over them.
    const name = map.getStyle().layers.find((layer) => layer.type === 'symbol')?.id;
    for (const layer of this.own()) map.addLayer(layer, layer.type === 'line' ? name : undefined);
    map.on('moveend', () => this.moved());
    map.on('dragstart', () => tell('drag', '', ''));
    map.on('click', (e) => this.clicked(e));
    map.on('mousemove', (e) => { map.getCanvas().style.cursor = this.hit(e.point, MOUSE_PX) ? 'pointer' : ''; });
    setInterval(() => { if (!document.hidden) { this.segmentsKey = this.networkKey = ''; this.segments(); this.network(); } }, SEGMENTS_REFRESH_MS);
    this.moved();
  }

  images() {
    const all = [...images(this.p), ...this.appeals.images(this.p)];
    for (const [name, data] of all) {
      if (this.map.hasImage(name)) this.map.updateImage(name, data);
      else this.map.addImage(name, data, { pixelRatio: SCALE });
    }
  }

  /** Our own layers, bottom to top. */
  own() {
    return [...layers(this.p), ...this.past.layers(this.p), ...this.appeals.layers(this.p)];
  }

  /** Puts on the other palette. */
  async recolour(p) {
    this.p = p;
    this.images();
    const own = this.own();
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

  /** Draws the appeals that the list beside the map names. */
  fresh() {
    this.appeals.read();
  }

  /** Shows the buses of a route where they were at another time, and those of now no more. */
  async showPast(at, route, zone_s) {
    for (const id of GROUPS.vehicles) this.map.setLayoutProperty(id, 'visibility', 'none');
    await this.past.show(at, route, zone_s);
  }

  hit(point, reach) {
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    for (const [kind, ids] of [['appeal', ['appeals']], ['vehicle', ['vehicles']], ['stop', ['stops', 'stop-names', 'dots']], ['segment', ['intensity', 'intensity-unknown', 'network']]]) {
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
    if (found.kind === 'appeal') this.tell('appeal', q.about, '');
    if (found.kind === 'vehicle') this.tell('vehicle', String(q.i), '');
    if (found.kind === 'stop') this.tell('stop', q.id, '');
    if (found.kind === 'segment') this.tell('segment', q.from, q.to);
  }
}
