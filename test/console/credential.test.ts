import type { Page } from 'playwright-core';
import { type ConsoleWorld, choose, confirm, startConsole } from '../support/console';
import { addCredential, dayFromNow } from '../support/credentials';
import { eventually } from '../support/eventually';
import { jpeg } from '../support/files';
import { addCommissions, addDistributor } from '../support/payouts';
import { startSmtp, type TestSmtp } from '../support/smtp';

let world: ConsoleWorld;
let smtp: TestSmtp;

beforeAll(async () => {
  smtp = await startSmtp();
  world = await startConsole({ SMTP_URL: smtp.url });
});
afterAll(async () => {
  await world.stop();
  await smtp.stop();
});
afterEach(() => expect(world.faults).toEqual([]));

/** Types a day into a date field of the open dialog. */
async function enterDay(page: Page, label: string, day: string): Promise<void> {
  const field = page.getByRole('dialog').getByLabel(label);
  await field.fill(day);
  await field.press('Enter');
}

describe.each(['zh-CN', 'en'] as const)('in %s', (locale) => {
  const say = <T>(zh: T, en: T): T => (locale === 'zh-CN' ? zh : en);

  /** A distributor whose food permit ended yesterday, with a commission that it keeps back. */
  async function expired(): Promise<{ distributorId: string; commissionId: number }> {
    const { pool } = world.api.context;
    const distributorId = await addDistributor(pool, { email: `permit.${locale}@example.com`, locale });
    const { ids } = await addCommissions(pool, [distributorId], [1000]);
    await pool.query('UPDATE commissions SET automatic = true WHERE id = ANY ($1)', [ids]);
    await addCredential(pool, { distributor: distributorId, validUntil: dayFromNow(-1) });
    return { distributorId, commissionId: ids[0]! };
  }

  test('a distributor renews an expired permit on the phone; compliance refuses, then accepts, and the commission is released', async () => {
    const { pool } = world.api.context;
    const { distributorId, commissionId } = await expired();
    const phone = await world.open({ locale, width: 390, height: 844 });
    await world.signIn(phone, await world.person('distributor', { distributorId }));
    await phone.goto(`${world.api.url}/my-credentials`);
    await phone.getByText(say('佣金照常计提，暂不结算', 'Commission is earned but not released')).waitFor();
    const hand = async (number: string) => {
      await phone.getByRole('button', { name: say('提交续期', 'Submit renewal') }).click();
      await phone.getByRole('dialog').getByLabel(say('编号', 'Number')).fill(number);
      await enterDay(phone, say('有效期自', 'Valid from'), dayFromNow(0));
      await enterDay(phone, say('有效期至', 'Valid until'), dayFromNow(1825));
      await phone
        .locator('input[type=file][multiple]')
        .setInputFiles({ name: 'permit.jpg', mimeType: 'image/jpeg', buffer: await jpeg() });
      await confirm(phone, say('提交续期', 'Submit renewal'));
      await phone.getByText(say(/续期审核中/, /renewal is under review/)).waitFor();
    };
    await hand(say('JY0001', 'JY0011'));

    const desk = await world.open({ locale });
    await world.signIn(desk, await world.person('compliance'));
    await desk.getByRole('link', { name: say(/待审核的资质续期/, /Renewals to review/) }).click();
    await desk.locator('tbody tr.ant-table-row a').first().click();
    await desk.getByText(say('待审核的续期', 'Renewal under review')).waitFor();
    await desk.locator('canvas[data-zoom]').waitFor();
    await desk.keyboard.press('d');
    await choose(
      desk.getByRole('dialog').getByLabel(say('原因', 'Reason')),
      say('证件不清晰', 'Document unreadable'),
    );
    await confirm(desk, say('拒绝续期', 'Refuse renewal'));
    await desk.getByText(say('已拒绝', 'Refused'), { exact: true }).first().waitFor();

    await phone.reload();
    await phone.getByText(say(/上次续期未通过/, /last renewal was refused/)).waitFor();
    await hand(say('JY0002', 'JY0012'));
    await desk.reload();
    await desk.getByText(say('待审核的续期', 'Renewal under review')).waitFor();
    await desk.keyboard.press('a');
    await confirm(desk, say('通过续期', 'Accept renewal'));
    await desk.getByText(say('已通过', 'Accepted'), { exact: true }).first().waitFor();
    await eventually('the release', async () => {
      const { rowCount } = await pool.query(`SELECT FROM commissions WHERE id = $1 AND state = 'released'`, [
        commissionId,
      ]);
      return rowCount === 1;
    });
    await phone.reload();
    await phone.getByText(say('有效', 'Valid'), { exact: true }).waitFor();
  });
});
