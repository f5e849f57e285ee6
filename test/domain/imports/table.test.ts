import { readTable, TableError, type TableRow } from '../../../domain/imports/table';

/** Reads a file in chunks of a size, so that characters are cut anywhere. */
async function read(bytes: Buffer, size = bytes.length || 1) {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const { header, rows } = await readTable(chunks());
  const found: TableRow[] = [];
  for await (const row of rows) found.push(row);
  return { header, rows: found, values: found.map(({ fields }) => Object.values(fields)) };
}

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
/** 甲 and 乙 in GB18030, which is GBK here. */
const [JIA, YI] = ['bcd7', 'd2d2'];

const TEXT = '订单,客户\na1,甲\na2,𠮷\n';
const EXPECTED = [
  ['a1', '甲'],
  ['a2', '𠮷'],
];
const FILES: [string, Buffer][] = [
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['UTF-16LE with a byte order mark', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
  ['UTF-16BE with a byte order mark', Buffer.from(`\uFEFF${TEXT}`, 'utf16le').swap16()],
  [
    'GB18030',
    Buffer.concat([
      hex('b6a9b5a5 2c bfcdbba7 0a'),
      Buffer.from('a1,'),
      hex(`${JIA} 0a`),
      Buffer.from('a2,'),
      // Beyond the two bytes of GBK.
      hex('9534b235 0a'),
    ]),
  ],
];

test.each(FILES.flatMap(([name, file]) => [1, 3, 4096].map((size) => [name, file, size] as const)))(
  '%s is read as it was written, in chunks of any size (%#)',
  async (_name, file, size) => {
    const { header, values } = await read(file, size);
    expect(header).toEqual(['订单', '客户']);
    expect(values).toEqual(EXPECTED);
  },
);

test('two customers in GB18030 stay two, also after a long start in ASCII', async () => {
  const plain = 'a0,Li\n'.repeat(400_000);
  const file = Buffer.concat([
    Buffer.from(`order_id,customer_id\n${plain}a1,`),
    hex(JIA),
    Buffer.from('\na2,'),
    hex(YI),
    Buffer.from('\n'),
  ]);
  const { values } = await read(file, 65_536);
  expect(values.slice(-2)).toEqual([
    ['a1', '甲'],
    ['a2', '乙'],
  ]);
});

test.each([
  ['Latin-1', Buffer.from('a,b\n1,Müller\n2,Möller\n', 'latin1')],
  [
    'Big5',
    Buffer.concat([Buffer.from('a,b\n1,x\n2,'), hex('a5d2 a441 a4fd a470 a9fa b3af'), Buffer.from('\n')]),
  ],
])('%s is refused as a whole, with the line and the remedy', async (name, file) => {
  const line = name === 'Big5' ? 3 : 2;
  await expect(read(file)).rejects.toThrow(TableError);
  await expect(read(file)).rejects.toThrow(`line ${line} has characters in an encoding`);
  await expect(read(file)).rejects.toThrow('Save the file as UTF-8.');
});

test('a row with lost characters has a fault, and the others have none', async () => {
  const { rows } = await read(Buffer.from('a,b\n1,\uFFFD\uFFFD\n2,乙\n'));
  expect(rows.map(({ row, fault }) => [row, fault])).toEqual([
    [2, expect.stringContaining('lost when the file was saved')],
    [3, undefined],
  ]);
});

test('a row with bytes that are not text has a fault', async () => {
  const good = Buffer.from(`1,${'乙'.repeat(20)}\n`.repeat(20_000));
  const { rows } = await read(Buffer.concat([Buffer.from('a,b\n'), good, hex('322cff0a'), good]), 65_536);
  const damaged = rows.filter(({ fields }) => Object.values(fields).join('').includes('\uFFFD'));
  expect(damaged).toMatchObject([{ row: 20_002, fault: expect.any(String) }]);
  expect(rows.filter(({ fault }) => fault !== undefined)).toHaveLength(1);
});

test('UTF-16 without a byte order mark is refused', async () => {
  await expect(read(Buffer.from('a,b\n1,2\n', 'utf16le'))).rejects.toThrow(
    'UTF-16 without a byte order mark',
  );
});

test.each([
  ['commas', 'a,b\n"1;2",3\n', ['1;2', '3']],
  ['semicolons', 'a;b\n1,2;3\n', ['1,2', '3']],
  ['tabs', 'a\tb\n1,2\t3;4\n', ['1,2', '3;4']],
  ['commas, with other delimiters in a quoted name', '"a;;;",b\n1,2\n', ['1', '2']],
  ['one column', 'a\n1\n', ['1']],
])('%s as delimiter', async (_name, text, values) => {
  expect((await read(Buffer.from(text))).values).toEqual([values]);
});
