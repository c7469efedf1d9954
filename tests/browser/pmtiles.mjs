// A PMTiles archive made by its specification (version 3): one vector tile, the whole world at zoom 0, in the
// layers of the Protomaps basemap. Small enough to be written here, whole enough for any reader.
import { writeFileSync } from 'node:fs';

const EXTENT = 4096;

function varint(value) {
  const out = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) | 128);
  }
}

const field = (number, bytes) => [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
const whole = (number, value) => [...varint(number * 8), ...varint(value)];
const text = (number, words) => field(number, [...Buffer.from(words)]);
const packed = (number, values) => field(number, values.flatMap(varint));
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);

/** A layer of one feature of `type` (2 line, 3 polygon), tagged `kind`. */
function layer(name, kind, type, points) {
  let [x, y] = [0, 0];
  const steps = points.map(([u, v]) => {
    const step = [zigzag(u - x), zigzag(v - y)];
    [x, y] = [u, v];
    return step;
  });
  const geometry = [9, ...steps[0], ((steps.length - 1) << 3) | 2, ...steps.slice(1).flat(), ...(type === 3 ? [15] : [])];
  const feature = [...packed(2, [0, 0]), ...whole(3, type), ...packed(4, geometry)];
  return field(3, [...whole(15, 2), ...text(1, name), ...field(2, feature), ...text(3, 'kind'), ...field(4, text(1, kind)), ...whole(5, EXTENT)]);
}

const all = [[-64, -64], [EXTENT + 64, -64], [EXTENT + 64, EXTENT + 64], [-64, EXTENT + 64]];

/** Where a place lies in the one tile. */
function place([lon, lat]) {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return [Math.round(((lon + 180) / 360) * EXTENT), Math.round(y * EXTENT)];
}

/** Writes the archive: ground all over the world and a road from west to east through `centre`. */
export function writeArchive(path, centre, attribution) {
  const [x, y] = place(centre);
  const road = [[x - 200, y], [x + 200, y]];
  const tile = Buffer.from([...layer('earth', 'earth', 3, all), ...layer('roads', 'major_road', 2, road)]);
  const metadata = Buffer.from(JSON.stringify({ name: 'test', attribution, vector_layers: [{ id: 'earth', fields: {} }, { id: 'roads', fields: {} }] }));
  // One entry: tile 0, run of 1, its length, offset 0 (written plus one).
  const root = Buffer.from([1, 0, 1, tile.length, 1].flatMap(varint));
  const header = Buffer.alloc(127);
  header.write('PMTiles', 0);
  header[7] = 3;
  const [rootAt, metadataAt] = [127, 127 + root.length];
  const tileAt = metadataAt + metadata.length;
  const numbers = [rootAt, root.length, metadataAt, metadata.length, tileAt, 0, tileAt, tile.length, 1, 1, 1];
  numbers.forEach((n, i) => header.writeBigUInt64LE(BigInt(n), 8 + i * 8));
  // Clustered; nothing compressed; vector tiles; zoom 0 to 0.
  header.set([1, 1, 1, 1, 0, 0], 96);
  [-180, -85, 180, 85].forEach((degrees, i) => header.writeInt32LE(degrees * 1e7, 102 + i * 4));
  header[118] = 0;
  centre.forEach((degrees, i) => header.writeInt32LE(Math.round(degrees * 1e7), 119 + i * 4));
  writeFileSync(path, Buffer.concat([header, root, metadata, tile]));
}
