import { randomUUID } from 'node:crypto';
import { DISAGREEMENTS, noteFindings } from '../../database/findings';
import { type ConsoleWorld, type Locale, startConsole } from '../support/console';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole({}, { worker: false });
  const { pool } = world.api.context;
  const findings = DISAGREEMENTS.map((disagreement) => ({
    disagreement,
    subject: `release/${randomUUID()}`,
  }));
  // Two comparisons in a row found each.
  await noteFindings(pool, findings, new Date(Date.now() - 300_000));
  await noteFindings(pool, findings, new Date());
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

const WORDS: Record<Locale, { card: string; kinds: string[]; remedies: string[] }> = {
  en: {
    card: 'Workflows that disagree with the database',
    kinds: [
      'Open items without a workflow (1)',
      'Workflows that wait for what is finished (1)',
      'Steps that did not happen automatically (1)',
      'Workflows ahead of the database (1)',
    ],
    remedies: [
      'read the log of the workers',
      'terminate the workflow',
      'see what it waits for',
      'Compare with the bank statement',
    ],
  },
  'zh-CN': {
    card: '与数据库不一致的流程',
    kinds: [
      '没有流程处理的任务 (1)',
      '已结束但流程仍在等待 (1)',
      '未自动执行的步骤 (1)',
      '进度比数据库新的流程 (1)',
    ],
    remedies: ['查看后台日志', '终止该流程', '查看它在等待什么', '核对银行回单'],
  },
};

test.each(['en', 'zh-CN'] as const)(
  'workflows that no comparison mended are on the home page and in stuck work, with what to do: %s',
  async (locale) => {
    const page = await world.open({ locale });
    await world.signIn(page, await world.person('finance'));
    const { card, kinds, remedies } = WORDS[locale];
    const figure = page.locator('main a', { hasText: card });
    await figure.waitFor();
    expect(await figure.textContent()).toContain('4');
    await figure.click();
    await page.waitForURL('**/stuck-work');
    for (const kind of kinds) await page.getByRole('heading', { name: kind, exact: true }).waitFor();
    for (const remedy of remedies) await page.locator('article.stuck', { hasText: remedy }).waitFor();
  },
);
