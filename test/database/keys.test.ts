import fc from 'fast-check';
import { createPool } from '../../database/pool';
import { subjectOf } from '../../domain/kinds';
import { createDatabase } from '../support/database';

test('SQL and TypeScript make the same subject of any order number, and of no two the same', async () => {
  const database = await createDatabase();
  const pool = createPool(database.url, 1, () => {});
  const ids = [
    ...new Set([
      ...['1001', '#1001', 'A/B 1', 'A%2FB', 'A%252FB', '%', '/', '//', '订单 7', ''],
      // What PostgreSQL keeps as text: no surrogates on their own, no zero character.
      ...fc.sample(fc.string({ unit: 'grapheme' }), 200).filter((id) => !id.includes('\0')),
    ]),
  ];
  const { rows } = await pool.query<{ subject: string }>(
    `SELECT 'order/' || key_part(id) AS subject FROM unnest($1::text[]) WITH ORDINALITY AS named (id, place) ORDER BY place`,
    [ids],
  );
  const subjects = rows.map(({ subject }) => subject);
  expect(subjects).toEqual(ids.map((id) => subjectOf('order', id)));
  expect(new Set(subjects).size).toBe(ids.length);
  await pool.end();
  await database.drop();
});
