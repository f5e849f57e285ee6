import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

interface Picture {
  width: number;
  height: number;
  /** 0xRRGGBB of each pixel, line by line. */
  pixels: Uint32Array;
}

/**
 * Writes a PNG with a palette of at most 256 colours, which for pages of text is a third of the size.
 * @param png 8 bits a channel, RGB or RGBA, not interlaced, as browsers write it
 */
export function toIndexedPng(png: Buffer): Buffer {
  const { width, height, pixels } = readPng(png);
  const [palette, indexOf] = paletteOf(pixels);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      lines[y * (width + 1) + 1 + x] = indexOf.get(pixels[y * width + x]!)!;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a pixel, by palette.
  header[8] = 8;
  header[9] = 3;
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The most frequent colours, and for each colour of the picture the nearest of them. */
function paletteOf(pixels: Uint32Array): [number[], Map<number, number>] {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color);
  const palette = byCount.slice(0, 256);
  const indexOf = new Map(palette.map((color, index) => [color, index]));
  for (const color of byCount.slice(256)) indexOf.set(color, nearest(color, palette));
  return [palette, indexOf];
}

function nearest(color: number, palette: readonly number[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  palette.forEach((other, index) => {
    const red = (color >> 16) - (other >> 16);
    const green = ((color >> 8) & 255) - ((other >> 8) & 255);
    const blue = (color & 255) - (other & 255);
    const distance = red * red + green * green + blue * blue;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/**
 * Reads the pixels of a PNG.
 * @param png 8 bits a channel, RGB, RGBA or by palette, not interlaced
 */
export function readPng(png: Buffer): Picture {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('not a PNG');
  const parts: Buffer[] = [];
  let [width, height, channels] = [0, 0, 0];
  let palette = Buffer.alloc(0);
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      channels = { 2: 3, 3: 1, 6: 4 }[body[9]!] ?? 0;
      if (body[8] !== 8 || channels === 0 || body[12] !== 0) throw new Error('a PNG of another kind');
    } else if (type === 'PLTE') palette = Buffer.from(body);
    else if (type === 'IDAT') parts.push(body);
    at += length + 12;
  }
  const bytes = unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels);
  const pixels = new Uint32Array(width * height);
  for (let index = 0; index < pixels.length; index++) {
    const [source, from] = channels === 1 ? [palette, bytes[index]! * 3] : [bytes, index * channels];
    pixels[index] = (source[from]! << 16) | (source[from + 1]! << 8) | source[from + 2]!;
  }
  return { width, height, pixels };
}

/** Undoes the filter of each line (PNG specification, section 9). */
function unfilter(data: Buffer, lineBytes: number, height: number, step: number): Buffer {
  const bytes = Buffer.alloc(lineBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (lineBytes + 1)]!;
    for (let x = 0; x < lineBytes; x++) {
      const at = y * lineBytes + x;
      const left = x >= step ? bytes[at - step]! : 0;
      const up = y > 0 ? bytes[at - lineBytes]! : 0;
      const corner = x >= step && y > 0 ? bytes[at - lineBytes - step]! : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      bytes[at] = (data[y * (lineBytes + 1) + 1 + x]! + guess) & 255;
    }
  }
  return bytes;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function chunk(type: string, body: Buffer): Buffer {
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, body.length + 8)), body.length + 8);
  return out;
}
