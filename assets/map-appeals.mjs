// Appeals on the map of who is signed in: where they happened. What is drawn is what the list beside the map says
// (`[data-lon]` in `#fresh-body`): one truth, and nothing that the list may not show.
import { FONT } from './map-ground.mjs';
import { canvas, pixels } from './map-picture.mjs';

const BEAT_MS = 1_800;
// Ten pictures a second are enough for a ring that grows, and leave the machine to the buses.
const FRAME_MS = 100;
const RING_PX = [13, 30];

const still = matchMedia('(prefers-reduced-motion: reduce)');

// A speech bubble; one that tells of a danger has corners, a thick edge and its own sign.
function bubble(p, danger) {
  const c = canvas(40);
  c.lineJoin = 'round';
  c.beginPath();
  if (danger) {
    for (const [x, y] of [[-6, -14], [6, -14], [13, -7], [13, 3], [6, 10], [-6, 10], [-13, 3], [-13, -7]]) c.lineTo(x, y);
  } else {
    c.roundRect(-13, -13, 26, 21, 6);
    c.moveTo(-4, 8);
    c.lineTo(0, 15);
    c.lineTo(5, 8);
  }
  c.closePath();
  c.lineWidth = danger ? 5 : 3;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = danger ? p.danger : p.appeal;
  c.fill();
  return pixels(c);
}

/** The appeals of the list on the map. */
export class Appeals {
  constructor(map) {
    Object.assign(this, { map, places: [], beats: 0 });
    still.addEventListener('change', () => this.pulse());
  }

  images(p) {
    return [['appeal', bubble(p, false)], ['appeal-danger', bubble(p, true)]];
  }

  layers(p) {
    const shown = { 'icon-allow-overlap': true, 'text-allow-overlap': true, 'icon-ignore-placement': true, 'text-ignore-placement': true };
    return [
      { id: 'appeals-pulse', type: 'circle', source: 'appeals', filter: ['==', ['get', 'now'], 1], paint: { 'circle-radius': RING_PX[0] + 6, 'circle-opacity': 0, 'circle-stroke-width': 3, 'circle-stroke-color': ['match', ['get', 'danger'], 1, p.danger, p.appeal] } },
      { id: 'appeals', type: 'symbol', source: 'appeals', layout: { 'icon-image': ['match', ['get', 'danger'], 1, 'appeal-danger', 'appeal'], 'text-field': ['get', 'sign'], 'text-font': FONT, 'text-size': 14, 'text-offset': [0, -0.2], 'symbol-sort-key': ['+', ['*', 2, ['get', 'danger']], ['get', 'now']], ...shown }, paint: { 'text-color': p.halo } },
      { id: 'appeals-words', type: 'symbol', source: 'appeals', minzoom: 13, layout: { 'text-field': ['get', 'words'], 'text-font': FONT, 'text-size': 12, 'text-anchor': 'bottom', 'text-offset': [0, -1.3], 'text-max-width': 12, 'text-optional': true }, paint: { 'text-color': p.ink, 'text-halo-color': p.halo, 'text-halo-width': 2 } },
    ];
  }

  /** Reads the list anew. */
  read() {
    const places = new Map();
    for (const { dataset } of document.querySelectorAll('#fresh-body [data-lon]')) {
      const { lon, lat, about, words } = dataset;
      const key = `${lon},${lat}`;
      const place = places.get(key) ?? { lon: Number(lon), lat: Number(lat), about, words, n: 0, danger: 0, now: 0 };
      place.n += 1;
      if ('danger' in dataset) place.danger = 1;
      if ('now' in dataset) place.now = 1;
      places.set(key, place);
    }
    this.places = [...places.values()];
    const features = this.places.map(({ lon, lat, n, ...rest }) => ({
      type: 'Feature',
      properties: { ...rest, sign: rest.danger ? '!' : String(n) },
      geometry: { type: 'Point', coordinates: [lon, lat] },
    }));
    this.map.getSource('appeals').setData({ type: 'FeatureCollection', features });
    this.pulse();
  }

  // Those of now beat, unless nothing is to move: then their ring stands still.
  pulse() {
    const turn = ++this.beats;
    const ring = (phase) => {
      this.map.setPaintProperty('appeals-pulse', 'circle-radius', RING_PX[0] + (RING_PX[1] - RING_PX[0]) * phase);
      this.map.setPaintProperty('appeals-pulse', 'circle-stroke-opacity', 1 - phase);
    };
    if (still.matches || !this.places.some((place) => place.now)) return ring(0.3);
    let drawn = 0;
    const beat = (now) => {
      if (turn !== this.beats) return;
      if (now - drawn >= FRAME_MS) {
        drawn = now;
        ring((now % BEAT_MS) / BEAT_MS);
      }
      requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
  }
}
