// What lies under our own layers: our schematic ground, the operator's tiles, or the operator's style.
import { addProtocol } from './maplibre/maplibre-gl.mjs';

export const FONT = ['Jolda Map', 'Noto Sans', 'Segoe UI', 'sans-serif'];
export const EMPTY = { type: 'FeatureCollection', features: [] };

export async function json(url) {
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

export async function style(settings, p) {
  const { basemap, language } = settings;
  if (basemap === 'plain') return plain(p);
  if (basemap === 'none' || basemap === '') return schematic(language, p);
  return basemap.endsWith('.pmtiles') ? tiled(basemap, language, p) : basemap;
}
