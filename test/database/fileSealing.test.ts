import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { DocumentStoreError } from '../../database/documentStore';
import { FILE_KEY_BYTES, openFile, sealFile } from '../../database/fileSealing';

const BLOCK = 64 * 1024;
const SEALED_BLOCK = BLOCK + 16;
const key = randomBytes(FILE_KEY_BYTES);

const seal = (plain: Buffer) => buffer(sealFile(key, Readable.from([plain])));
const open = (sealed: Buffer, by = key) => buffer(openFile(by, Readable.from([sealed])));

test.each([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7])(
  'a file of %d bytes is opened as it was sealed',
  async (size) => {
    const plain = randomBytes(size);
    const sealed = await seal(plain);
    expect(sealed.length).toBe(size + 16 * Math.max(1, Math.ceil(size / BLOCK)));
    expect((await open(sealed)).equals(plain)).toBe(true);
  },
);

test('how a stream is cut into parts makes no difference', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50_000 }), { maxLength: 12 }), async (sizes) => {
      const parts = sizes.map((size) => randomBytes(size));
      const sealed = await buffer(sealFile(key, Readable.from(parts)));
      const again = Readable.from(
        sizes.map((size, at) => sealed.subarray(at ? sum(sizes, at) : 0, sum(sizes, at) + size)),
      );
      const tail = Readable.from([sealed.subarray(sum(sizes, sizes.length))]);
      const whole = async function* () {
        yield* again;
        yield* tail;
      };
      expect((await buffer(openFile(key, whole()))).equals(Buffer.concat(parts))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

const sum = (sizes: number[], until: number) => sizes.slice(0, until).reduce((a, b) => a + b, 0);

const changes: [string, (sealed: Buffer) => Buffer][] = [
  ['changed in one bit', (sealed) => Buffer.from(sealed).fill(sealed[70_000]! ^ 1, 70_000, 70_001)],
  ['cut off within a block', (sealed) => sealed.subarray(0, sealed.length - 1)],
  ['cut off between two blocks', (sealed) => sealed.subarray(0, 2 * SEALED_BLOCK)],
  ['empty', () => Buffer.alloc(0)],
  [
    'with two blocks exchanged',
    (sealed) =>
      Buffer.concat([
        sealed.subarray(SEALED_BLOCK, 2 * SEALED_BLOCK),
        sealed.subarray(0, SEALED_BLOCK),
        sealed.subarray(2 * SEALED_BLOCK),
      ]),
  ],
  ['with a block twice', (sealed) => Buffer.concat([sealed.subarray(0, SEALED_BLOCK), sealed])],
];
test.each(changes)('a file %s does not open', async (_name, change) => {
  const sealed = await seal(randomBytes(3 * BLOCK));
  await expect(open(change(sealed))).rejects.toThrow(DocumentStoreError);
});

test('a file does not open with the key of another', async () => {
  await expect(open(await seal(Buffer.from('licence')), randomBytes(FILE_KEY_BYTES))).rejects.toThrow(
    DocumentStoreError,
  );
});
