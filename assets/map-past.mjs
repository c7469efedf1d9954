// The buses of a route at another time, between the stops where the record saw them.
import { FONT, json } from './map-ground.mjs';

const clock = (at, zone_s) => new Date((at + zone_s) * 1000).toISOString().slice(11, 16);

export class Past {
  constructor(map, language) {
    Object.assign(this, { map, language, vehicles: [] });
  }

  layers(p) {
    return [
      { id: 'past', type: 'circle', source: 'past', paint: { 'circle-radius': 9, 'circle-color': p.halo, 'circle-stroke-color': p.select, 'circle-stroke-width': 4 } },
      { id: 'past-words', type: 'symbol', source: 'past', layout: { 'text-field': ['get', 'words'], 'text-font': FONT, 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 1.1], 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': p.ink, 'text-halo-color': p.halo, 'text-halo-width': 2 } },
    ];
  }

  /** `at`: epoch seconds; `zone_s`: how far the agency's clocks are ahead of UTC. */
  async show(at, route, zone_s) {
    const { vehicles } = await json(`/api/v1/past/vehicles?at=${at}&route_id=${encodeURIComponent(route)}&lang=${this.language}`);
    this.vehicles = vehicles;
    const features = vehicles.map((v) => ({
      type: 'Feature',
      properties: { words: `${v.route_short_name} · ${clock(v.from_at, zone_s)}–${clock(v.to_at, zone_s)}` },
      geometry: { type: 'Point', coordinates: [v.lon, v.lat] },
    }));
    this.map.getSource('past').setData({ type: 'FeatureCollection', features });
  }
}
