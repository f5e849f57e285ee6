import fc from 'fast-check';
import { documentTypeOf, isAmbiguous } from '../../domain/documentContent';
import { jpeg, pdf, png, zip } from '../support/files';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test('the type of a file is what its first bytes say', async () => {
  expect(documentTypeOf(await jpeg())).toBe('image/jpeg');
  expect(documentTypeOf(await png())).toBe('image/png');
  expect(documentTypeOf(await pdf())).toBe('application/pdf');
  for (const other of ['', 'GIF89a', '<svg xmlns="…">', 'PK\x03\x04', ' %PDF-1.7', '\xff\xd8'])
    expect([other, documentTypeOf(bytes(other))]).toEqual([other, undefined]);
});

test.each([
  ['a photo', () => jpeg(), 'image/jpeg'],
  ['a progressive photo', () => jpeg(640, 480, { progressive: true }), 'image/jpeg'],
  ['a scan', () => png(), 'image/png'],
  ['a PDF', () => pdf(), 'application/pdf'],
] as const)('%s is one file of one type', async (_name, make, type) => {
  expect(isAmbiguous(await make(), type)).toBe(false);
});

const behind: [string, string | Buffer][] = [
  ['a ZIP file', zip],
  ['a web page', '<html><script>alert(1)</script>'],
  ['anything else', 'secret'],
];
test.each(behind)('%s behind the end makes a file ambiguous', async (_name, more) => {
  for (const [file, type] of [
    [await jpeg(), 'image/jpeg'],
    [await jpeg(64, 64, { progressive: true }), 'image/jpeg'],
    [await png(), 'image/png'],
    [await pdf(), 'application/pdf'],
  ] as const)
    expect([type, isAmbiguous(Buffer.concat([file, Buffer.from(more)]), type)]).toEqual([type, true]);
});

test('an image that a PDF reader or a browser takes for its own is ambiguous', async () => {
  const comment = (text: string) => {
    const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
    return Buffer.concat([head, bytes(text)]);
  };
  const photo = await jpeg();
  const withComment = (text: string) =>
    Buffer.concat([photo.subarray(0, 2), comment(text), photo.subarray(2)]);
  expect(isAmbiguous(withComment('taken in Hangzhou'), 'image/jpeg')).toBe(false);
  expect(isAmbiguous(withComment('%PDF-1.4'), 'image/jpeg')).toBe(true);
  expect(isAmbiguous(withComment('<!DOCTYPE html>'), 'image/jpeg')).toBe(true);
  expect(isAmbiguous(Buffer.concat([photo, await pdf()]), 'image/jpeg')).toBe(true);
});

test('what cameras put behind a photo is part of it', async () => {
  const photo = await jpeg();
  for (const more of [
    Buffer.alloc(300),
    await jpeg(64, 64),
    Buffer.concat([Buffer.alloc(2), bytes('\x00\x00\x00\x18ftypmp42…')]),
    bytes('\x00\x00\x01\x0aImage_UTC_Data1700000000000SEFH…SEFT'),
  ])
    expect(isAmbiguous(Buffer.concat([photo, more]), 'image/jpeg')).toBe(false);
});

test('inspecting random bytes never throws', async () => {
  const starts = [await jpeg(16, 16), await png(16, 16), await pdf()] as const;
  const types = ['image/jpeg', 'image/png', 'application/pdf'] as const;
  fc.assert(
    fc.property(fc.nat(2), fc.nat(400), fc.uint8Array({ maxLength: 200 }), (which, cut, more) => {
      const file = Buffer.concat([starts[which]!.subarray(0, cut), more]);
      expect(typeof isAmbiguous(file, types[which]!)).toBe('boolean');
    }),
    { numRuns: 3000 },
  );
});
