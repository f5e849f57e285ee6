import { crc32, deflateSync } from 'node:zlib';
import { readPng, toIndexedPng } from './indexedPng';

/** A PNG of RGB pixels in lines without a filter. */
function rgbPng(width: number, height: number, colorAt: (x: number, y: number) => number): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    const content = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(content));
    return Buffer.concat([head, content, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const lines = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_unused, x) => colorAt(x, y)).flatMap((color) => [
      color >> 16,
      (color >> 8) & 255,
      color & 255,
    ]),
  ]).flat();
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('a picture of few colours looks the same with a palette', () => {
  const png = rgbPng(7, 5, (x, y) => ((x * 40) << 16) | ((y * 50) << 8) | 17);
  const indexed = readPng(toIndexedPng(png));
  expect([indexed.width, indexed.height]).toEqual([7, 5]);
  expect([...indexed.pixels]).toEqual([...readPng(png).pixels]);
});

test('of a picture of many colours the rare ones become the nearest frequent one', () => {
  // 300 shades of one pixel each on a ground of white: the palette holds 256.
  const png = rgbPng(30, 20, (x, y) => (y < 10 ? ((y * 30 + x) & 255) | ((y > 8 ? 1 : 0) << 8) : 0xffffff));
  const [before, after] = [readPng(png), readPng(toIndexedPng(png))];
  expect(new Set(before.pixels).size).toBeGreaterThan(256);
  expect(new Set(after.pixels).size).toBeLessThanOrEqual(256);
  const far = before.pixels.filter((color, index) => {
    const other = after.pixels[index]!;
    return Math.abs((color & 255) - (other & 255)) + Math.abs((color >> 8) - (other >> 8)) > 40;
  });
  expect([...far]).toEqual([]);
});
