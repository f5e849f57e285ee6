import type { DocumentType } from './document';

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, at) => bytes[at] === byte);

/** The type of a file by its first bytes; undefined for any other. */
export function documentTypeOf(bytes: Uint8Array): DocumentType | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  // Programs find the header of a PDF anywhere in the first 1024 bytes; here it has to come first.
  return startsWith(bytes, [...latin('%PDF-')]) ? 'application/pdf' : undefined;
}

/**
 * Whether a file can also be opened as a file of another type (a polyglot), or has something behind its end.
 * @param bytes a whole file of this type
 */
export function isAmbiguous(bytes: Buffer, type: DocumentType): boolean {
  const head = bytes.subarray(0, 1024).toString('latin1');
  if (/<!doctype html|<html|<script|<\?php/i.test(head)) return true;
  if (type !== 'application/pdf' && head.includes('%PDF-')) return true;
  return endsAsZip(bytes) || !hasNothingBehind(bytes, type);
}

const latin = (text: string) => Buffer.from(text, 'latin1');

/** Programs read a ZIP file from its end: a record of 22 bytes and a comment that reaches to the last byte. */
function endsAsZip(bytes: Buffer): boolean {
  const record = latin('PK\x05\x06');
  for (let at = bytes.lastIndexOf(record); at >= 0; at = at > 0 ? bytes.lastIndexOf(record, at - 1) : -1) {
    if (bytes.length - at > 22 + 0xffff) return false;
    if (at + 22 <= bytes.length && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return true;
  }
  return false;
}

function hasNothingBehind(bytes: Buffer, type: DocumentType): boolean {
  if (type === 'application/pdf') {
    const end = bytes.lastIndexOf('%%EOF', undefined, 'latin1');
    // Some programs leave out the mark; then the parser decides.
    return end < 0 || /^[\s\0]*$/.test(bytes.toString('latin1', end + 5));
  }
  if (type === 'image/png') return endOfPng(bytes) === bytes.length;
  return isOfCamera(bytes.subarray(endOfJpeg(bytes)));
}

/** Offset behind the last chunk of a PNG; of a damaged one its length, since decoding says more about it. */
function endOfPng(bytes: Buffer): number {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const next = at + 12 + bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return next;
    at = next;
  }
  return bytes.length;
}

/** Offset behind the end marker of the first image in a JPEG; of a damaged one its length. */
function endOfJpeg(bytes: Buffer): number {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return bytes.length;
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) return at + 2;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    at += 2 + bytes.readUInt16BE(at + 2);
    if (marker === 0xda) at = endOfScan(bytes, at);
  }
  return bytes[at] === 0xff && bytes[at + 1] === 0xd9 ? at + 2 : bytes.length;
}

/** Within the data of a scan, 0xff is followed by 0 or by a restart marker. */
function endOfScan(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
    at = bytes.indexOf(0xff, at + (next === 0xff ? 1 : 2));
  }
  return bytes.length;
}

/**
 * Whether the part behind a photo is what cameras put there: nothing, padding, further JPEG images (CIPA DC-007), a
 * short film (`ftyp`), or the data of one maker (`SEFT` at its end).
 */
function isOfCamera(behind: Buffer): boolean {
  const start = behind.findIndex((byte) => byte !== 0);
  if (start < 0) return true;
  const content = behind.subarray(start);
  if (content.includes('%PDF-', 0, 'latin1')) return false;
  return (
    startsWith(content, [0xff, 0xd8, 0xff]) ||
    content.toString('latin1', 1, 5) === 'ftyp' ||
    content.toString('latin1', 4, 8) === 'ftyp' ||
    content.subarray(-4).toString('latin1') === 'SEFT'
  );
}
