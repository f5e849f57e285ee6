import type { Page } from 'playwright-core';
import { completeLuhn, makeResidentIdentityNumber } from '../../domain/credentials';
import { type ConsoleWorld, choose, confirm, type Person, startConsole } from '../support/console';
import { expectSoundLedger } from '../support/ledger';
import { addCommissions, addDistributor, balanceOf } from '../support/payouts';
import { activatePlan, addUser, payment } from '../support/platform';
import { linkTo, startSmtp, type TestSmtp } from '../support/smtp';

let world: ConsoleWorld;
let smtp: TestSmtp;

beforeAll(async () => {
  smtp = await startSmtp();
  world = await startConsole({
    SMTP_URL: smtp.url,
    SECOND_APPROVAL_ABOVE: '1000',
    WITHDRAWAL_MINIMUM: '100',
  });
});
afterAll(async () => {
  await world.stop();
  await smtp.stop();
});
afterEach(async () => {
  await expectSoundLedger(world.api.context.pool);
  expect(world.faults).toEqual([]);
});

const pool = () => world.api.context.pool;

async function one<T>(sql: string, ...values: unknown[]): Promise<T> {
  return (await pool().query(sql, values)).rows[0] as T;
}

const state = (page: Page, text: string) => page.locator('h1', { hasText: text }).waitFor();

test('合规的一天：申请人补充资料后获批准，分销商用邮件中的链接登录', async () => {
  const email = 'wang@distributor.example';
  const phone = await world.open({ locale: 'zh-CN', width: 390, height: 844 });
  await phone.goto(`${world.api.url}/apply`);
  await phone.getByLabel('姓名（与身份证一致）').fill('王小明');
  const numbers = async () => {
    await phone.getByLabel('身份证号码').fill(makeResidentIdentityNumber('110101', '1990-03-05', '012'));
    await phone.getByLabel('银行卡号').fill(completeLuhn('622202000000012345'));
  };
  await numbers();
  await phone.getByLabel('有效期自').fill('2015-01-01');
  await phone.getByLabel('长期有效').check();
  await phone.getByLabel('手机号').fill('13900010001');
  await phone.getByLabel('邮箱（审核进度发到这里）').fill(email);
  await choose(phone.getByLabel('希望销售的区域', { exact: true }), '上海');
  await phone.getByLabel('销售渠道').fill('王小明的店');
  await phone.keyboard.press('Enter');
  await phone.getByLabel('户名（须与申请人一致）').fill('王小明');
  await phone.getByLabel('开户银行').fill('中国工商银行');
  await phone.getByRole('button', { name: '提交申请' }).click();
  await phone.getByRole('link', { name: '查看我的申请' }).click();

  const desk = await world.open({ locale: 'zh-CN' });
  await world.signIn(desk, await world.person('compliance', { name: '李审核' }));
  await desk.getByRole('link', { name: /待领取的申请/ }).click();
  await desk.getByRole('link', { name: '王小明' }).click();
  await state(desk, '审核中');
  await desk.keyboard.press('m');
  await desk.getByRole('button', { name: /放回队列/ }).waitFor();
  await desk.keyboard.press('c');
  await choose(desk.getByRole('dialog').getByLabel('原因', { exact: true }), '证件不清晰');
  await desk.getByLabel('补充说明（发给申请人）').fill('请重新上传清晰的资料');
  await confirm(desk, '要求补充');
  await state(desk, '待补充');

  await phone.goto(world.api.url + (await linkTo(smtp, email, '/application/')));
  await phone.getByText('请重新上传清晰的资料').first().waitFor();
  await numbers();
  await phone.getByRole('button', { name: '提交补充' }).click();
  await phone.getByText('正在人工审核').waitFor();

  await desk.reload();
  await state(desk, '审核中');
  await desk.keyboard.press('m');
  await desk.getByRole('button', { name: /放回队列/ }).waitFor();
  await desk.keyboard.press('a');
  await desk.getByLabel('等级（决定佣金比例）').fill('gold');
  await confirm(desk, '批准');
  await state(desk, '已批准');
  const made = await one<{ state: string; tier: string; user: string }>(
    `SELECT d.state, d.tier, u.role AS user FROM distributors d JOIN users u ON u.distributor_id = d.id WHERE d.email = $1`,
    email,
  );
  expect(made).toEqual({ state: 'active', tier: 'gold', user: 'distributor' });

  await phone.goto(world.api.url + (await linkTo(smtp, email, '/welcome#')));
  await phone.getByLabel('新密码（至少 12 个字符）').fill('a-long-enough-password');
  await phone.getByLabel('再次输入').fill('a-long-enough-password');
  await phone.getByRole('button', { name: '保存并登录' }).click();
  await phone.getByText('您好，王小明').waitFor();
});

/** A distributor who can sign in. */
async function distributor(): Promise<{ id: string; person: Person }> {
  const id = await addDistributor(pool());
  return { id, person: await world.person('distributor', { distributorId: id }) };
}

test("finance's day: due commissions released in bulk, one withdrawn on a phone and paid by two people", async () => {
  const { id, person } = await distributor();
  await addCommissions(pool(), [id], [700, 800, 900]);
  const [ann, ben] = [await world.open(), await world.open()];
  await world.signIn(ann, await world.person('finance', { name: 'Ann' }));
  await ann.goto(`${world.api.url}/commissions?state=due`);
  await ann.locator('thead input[type="checkbox"]').check();
  await ann.getByText('3 selected').waitFor();
  await ann.getByRole('button', { name: 'Release', exact: true }).click();
  await ann.getByRole('dialog').getByText('CN¥24.00').waitFor();
  await confirm(ann, 'Release');
  await state(ann, 'Proposed');
  await ann.getByText('Somebody else has to approve this').waitFor();

  await world.signIn(ben, await world.person('finance', { name: 'Ben' }));
  await ben.getByRole('link', { name: /Release runs to approve/ }).click();
  await ben.locator('tbody a').first().click();
  await state(ben, 'Proposed');
  await ben.keyboard.press('a');
  await confirm(ben, 'Approve the release');
  await state(ben, 'Done');
  expect(await balanceOf(pool(), id)).toMatchObject({ held: 0, available: 2400 });

  const phone = await world.open({ width: 390, height: 844 });
  await world.signIn(phone, person);
  await phone.goto(`${world.api.url}/my-withdrawals`);
  await phone.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await phone.getByLabel('Amount').fill('20');
  await confirm(phone, 'Withdraw');

  for (const page of [ann, ben]) {
    await page.goto(`${world.api.url}/withdrawals?state=requested`);
    await page.locator('tbody a').first().click();
    await state(page, 'Requested');
    await page.keyboard.press('a');
    await confirm(page, 'Approve');
  }
  await state(ben, 'Approved');
  await ann.goto(`${world.api.url}/payout-batches`);
  await ann.getByRole('button', { name: 'Make a payout batch' }).click();
  await confirm(ann, 'Make a payout batch');
  await ann.getByRole('button', { name: /Confirm the result/ }).waitFor();
  const download = ann.waitForEvent('download');
  await ann.getByRole('button', { name: /Download the file/ }).click();
  await ann.getByRole('dialog').getByRole('button', { name: 'Download the file' }).click();
  expect((await download).suggestedFilename()).toMatch(/^payout-.*\.csv$/);
  await ann.getByRole('dialog').waitFor({ state: 'hidden' });
  await ann.keyboard.press('c');
  await confirm(ann, 'Confirm the result');
  await state(ann, 'Settled');
  expect(await one('SELECT state, amount FROM withdrawals WHERE distributor_id = $1', id)).toEqual({
    state: 'paid',
    amount: 2000,
  });
  await phone.reload();
  await phone.getByText('Paid', { exact: true }).waitFor();
});

test("operations' day: a refund after release becomes debt, and the next release pays it off", async () => {
  const userId = await addUser(pool(), 'admin');
  await activatePlan({ pool: pool(), userId } as Parameters<typeof activatePlan>[0], {
    automaticRelease: true,
  });
  const { id } = await distributor();
  const { code } = await one<{ code: string }>(
    'SELECT referral_code AS code FROM distributors WHERE id = $1',
    id,
  );
  const shop = await world.api.keyFor('operator');
  const sell = async () => {
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
    const body = { ...payment({ attributionCode: code }), paidAt: day(30) };
    await world.api.call('POST', '/v1/orders', { key: shop, body });
    const delivered = { deliveredAt: day(20) };
    await world.api.call('POST', `/v1/orders/${body.externalId}/deliveries`, { key: shop, body: delivered });
    return body.externalId;
  };
  const order = await sell();
  const { available: earned } = await balanceOf(pool(), id);
  expect(earned).toBeGreaterThan(0);
  // What was earned has left: the refund finds nothing to take back.
  await pool().query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     VALUES ('test/spent', 'available', 'cash', $1, 'CNY', $2, now())`,
    [id, earned],
  );

  const desk = await world.open();
  await world.signIn(desk, await world.person('operator', { name: 'Olga' }));
  await desk.getByRole('combobox', { name: /Search everything/ }).fill(order);
  await desk
    .locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: order })
    .first()
    .click();
  await desk.getByRole('button', { name: 'Enter return' }).click();
  const counts = desk.getByRole('dialog').getByRole('spinbutton');
  await counts.first().waitFor();
  for (const count of await counts.all()) await count.fill('1');
  await desk.getByRole('dialog').getByLabel('Reason').fill('broken');
  await confirm(desk, 'Enter return');
  await desk.getByRole('button', { name: 'Refunded' }).click();
  await desk.getByRole('dialog').getByText('what is missing becomes debt').waitFor();
  await confirm(desk, 'Refunded');
  const { debt } = await balanceOf(pool(), id);
  expect(debt).toBeGreaterThan(0);

  const finance = await world.open();
  await world.signIn(finance, await world.person('finance', { name: 'Ann' }));
  await finance.goto(`${world.api.url}/balances?debtAbove=0`);
  await finance.locator('tbody a').first().waitFor();
  await sell();
  await finance.reload();
  await finance.getByText('Nothing fits these filters').waitFor();
  expect(await balanceOf(pool(), id)).toMatchObject({ debt: 0 });
});
