import { deflateSync } from 'node:zlib';
import PDFDocument from 'pdfkit';
import sharp from 'sharp';

/** Pixels like those of a photo, so that it compresses as one. */
function noise(width: number, height: number): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 31 + (at >> 7) * 17 + (at % 251)) & 255;
  return pixels;
}

/** A photo. */
export function jpeg(width = 640, height = 480, options: sharp.JpegOptions = {}): Promise<Buffer> {
  return sharp(noise(width, height), { raw: { width, height, channels: 3 } })
    .jpeg(options)
    .toBuffer();
}

/** A scan. */
export function png(width = 640, height = 480): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#fed' } })
    .png()
    .toBuffer();
}

/** A PDF of some pages, of the given text. */
export function pdf(
  pages = 1,
  text = 'business licence',
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const document = new PDFDocument({ autoFirstPage: false, ...options });
    const parts: Buffer[] = [];
    document.on('data', (part: Buffer) => parts.push(part));
    document.on('end', () => resolve(Buffer.concat(parts)));
    document.on('error', reject);
    for (let page = 1; page <= pages; page++) document.addPage().text(`${text}, page ${page}`);
    document.end();
  });
}

/** A black and white PNG of any size, made without its pixels in memory at once. */
export function hugePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * height);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** An empty ZIP file: enough for a program that reads files of its kind from their end. */
export const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');

/** A PDF that is small as it is sent and needs gigabytes to be opened. */
export function pdfBomb(): Buffer {
  // The table of objects is such a stream: it has to be read before anything else.
  let data = Buffer.alloc(256 * 1024 * 1024, 1);
  let filters = '';
  for (let layer = 0; layer < 2; layer++) {
    data = deflateSync(data, { level: 9 });
    filters += ' /FlateDecode';
  }
  const start = '%PDF-1.5\n';
  const object = `1 0 obj\n<< /Type /XRef /Size 200000000 /W [1 2 1] /Root 1 0 R /Filter [${filters} ] /Length ${data.length} >>\nstream\n`;
  return Buffer.concat([
    Buffer.from(start + object, 'latin1'),
    data,
    Buffer.from(`\nendstream\nendobj\nstartxref\n${start.length}\n%%EOF\n`, 'latin1'),
  ]);
}

/** A PDF as fax machines and scanners make them: a page that is one black image (ITU-T T.4). */
export function faxPdf(): Buffer {
  // Each row of 64 dots: no white, 64 black and no further.
  const row = '00110101' + '0000001111' + '0000110111';
  const bits = row.repeat(64).match(/.{8}/g)!;
  const image = Buffer.from(bits.map((byte) => Number.parseInt(byte, 2)));
  const content = 'q 400 0 0 400 100 200 cm /I Do Q';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /XObject << /I 5 0 R >> >> /Contents 4 0 R >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    `<< /Type /XObject /Subtype /Image /Width 64 /Height 64 /BitsPerComponent 1 /ColorSpace /DeviceGray
       /Filter /CCITTFaxDecode /DecodeParms << /K 0 /Columns 64 /Rows 64 >> /Length ${image.length} >>\nstream\n${image.toString('latin1')}\nendstream`,
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 6\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}
