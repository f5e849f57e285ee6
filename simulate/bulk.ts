import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../cli/client';
import { type Answer, Finding, post, read, readAll } from './world';

/** Asks for a bulk action, waits for its end, and answers with the result of each item. */
export async function runBulk(
  step: number,
  client: ApiClient,
  action: string,
  ids: string[],
  input: object,
): Promise<Answer<unknown>[]> {
  const body = { action, ids, input };
  const asked = await post<{ id: string }>(client, step, {
    path: '/v1/bulk-actions',
    body,
    key: `step/${step}/bulk`,
  });
  if (asked.code !== 'ok') throw new Finding(step, `bulk action: ${asked.code} ${asked.message}`);
  const path = `/v1/bulk-actions/${asked.body.id}`;
  for (const giveUpAt = Date.now() + 300_000; ; await delay(100)) {
    const bulk = await read<{ state: string }>(client, step, path);
    if (bulk?.state === 'done') break;
    if (Date.now() > giveUpAt)
      throw new Finding(step, `bulk action ${asked.body.id} is still ${bulk?.state}`);
  }
  const items = await readAll<{ id: string; state: string; code: string | null; message: string | null }>(
    client,
    `${path}/items`,
  );
  const at = { sent: asked.at.sent, answered: Date.now() };
  return ids.map((id) => {
    const item = items.find((one) => one.id === id)!;
    return {
      code: item.state === 'done' ? 'ok' : item.code!,
      message: item.message ?? '',
      body: undefined,
      at,
    };
  });
}
