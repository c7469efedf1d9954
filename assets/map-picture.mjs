// Colours and shapes of what we draw ourselves, and the layers that it is drawn in.
import { FONT } from './map-ground.mjs';

export const SCALE = 3;
export const STOPS_ZOOM = 13;
export const SEGMENTS_ZOOM = 7;
// Below it stops would hide their lines.
const DOTS_ZOOM = 10.5;
// Bands in the order of the page: unknown, very bunched, bunched, even, gapped, very gapped.
const BANDS = 6;

export const PALETTE = {
  light: {
    ground: '#e2e7e9', area: '#ebeff0', border: '#b9c5cb', water: '#9fc6db', casing: '#cfd8dc', street: '#ffffff',
    streetText: '#5a6872', placeText: '#45545e', halo: '#f8fafa', stop: '#ffffff', stopLine: '#41525c', stopText: '#24333c', line: '#7b8b95',
    select: '#0b5468', even: '#1c63a6', bunched: '#9c5400', gapped: '#a31f4d', unknown: '#56626b', ink: '#14212a',
    low: '#c2406e', under: '#d98aa6', ok: '#5b93c9', over: '#1c63a6', appeal: '#6a2c91', danger: '#a3191f',
  },
  dark: {
    ground: '#12191d', area: '#172026', border: '#324049', water: '#1d4256', casing: '#0f1518', street: '#2a363d',
    streetText: '#91a1ab', placeText: '#aebcc4', halo: '#12191d', stop: '#12191d', stopLine: '#b8c6ce', stopText: '#dbe6ec', line: '#5d6e78',
    select: '#74cadb', even: '#74b6f5', bunched: '#f3ad4e', gapped: '#f58bad', unknown: '#a2afb8', ink: '#eaf2f6',
    low: '#f2719c', under: '#b5667f', ok: '#4a7ca8', over: '#74b6f5', appeal: '#d9b3f7', danger: '#ff9a9a',
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

export function canvas(size) {
  const c = Object.assign(document.createElement('canvas'), { width: size * SCALE, height: size * SCALE }).getContext('2d');
  c.scale(SCALE, SCALE);
  c.translate(size / 2, size / 2);
  return c;
}

export const pixels = (c) => c.getImageData(0, 0, c.canvas.width, c.canvas.height);

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

/** All images of our layers, by name. */
export function images(p) {
  const bands = Array.from({ length: BANDS }, (_, band) => [`band-${band}`, bandImage(band, p)]);
  return [...bands, ['arrow', arrowImage(p)]];
}

// Our own layers, bottom to top. `p` is the palette; every colour is set again when the theme changes.
export function layers(p) {
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
