import type { Page } from 'playwright-core';
import { completeLuhn, makeResidentIdentityNumber } from '../../domain/credential';
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

/** A distributor who can sign in. */
async function distributor(): Promise<{ id: string; person: Person }> {
  const id = await addDistributor(pool());
  return { id, person: await world.person('distributor', { distributorId: id }) };
}

/** A plan that releases automatically. */
async function planThatReleases(): Promise<void> {
  const userId = await addUser(pool(), 'admin');
  await activatePlan({ pool: pool(), userId } as Parameters<typeof activatePlan>[0], {
    automaticRelease: true,
  });
}

/** Sells something with a referral code, delivered so long ago that its return window has ended. */
async function sell(code: string): Promise<string> {
  const shop = await world.api.keyFor('operator');
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
  const body = { ...payment({ attributionCode: code }), paidAt: day(30) };
  await world.api.call('POST', '/v1/orders', { key: shop, body });
  const delivered = { deliveredAt: day(20) };
  await world.api.call('POST', `/v1/orders/${body.externalId}/deliveries`, { key: shop, body: delivered });
  return body.externalId;
}

describe.each(['zh-CN', 'en'] as const)('in %s', (locale) => {
  const say = <T>(zh: T, en: T): T => (locale === 'zh-CN' ? zh : en);

  test("compliance's day, and a distributor's on the phone: applies, answers what is asked, is approved, earns and withdraws", async () => {
    const name = say('王小明', '王小华');
    const email = `wang.${locale}@distributor.example`;
    const phone = await world.open({ locale, width: 390, height: 844 });
    await phone.goto(`${world.api.url}/apply`);
    await phone.getByLabel(say('姓名（与身份证一致）', 'Name (as on the identity card)')).fill(name);
    const numbers = async () => {
      await phone
        .getByLabel(say('身份证号码', 'Identity number'))
        .fill(makeResidentIdentityNumber('110101', '1990-03-05', say('012', '014')));
      await phone
        .getByLabel(say('银行卡号', 'Card number'))
        .fill(completeLuhn(say('622202000000012345', '622202000000012346')));
    };
    await numbers();
    await phone.getByLabel(say('有效期自', 'Valid from')).fill('2015-01-01');
    await phone.getByLabel(say('长期有效', 'Long-term')).check();
    await phone.getByLabel(say('手机号', 'Phone number')).fill(say('13900010001', '13900010002'));
    await phone
      .getByLabel(say('邮箱（审核进度发到这里）', 'Email address (we send updates here)'))
      .fill(email);
    await choose(phone.getByLabel(say('希望销售的区域', 'Region'), { exact: true }), say('上海', 'Shanghai'));
    await phone.getByLabel(say('销售渠道', 'Channels')).fill(`${name}的店`);
    await phone.keyboard.press('Enter');
    await phone
      .getByLabel(say('户名（须与申请人一致）', 'Account holder (must be the applicant)'))
      .fill(name);
    await phone.getByLabel(say('开户银行', 'Bank')).fill('中国工商银行');
    await phone.getByRole('button', { name: say('提交申请', 'Submit application') }).click();
    await phone.getByRole('link', { name: say('查看我的申请', 'View my application') }).click();

    const desk = await world.open({ locale });
    await world.signIn(desk, await world.person('compliance', { name: say('李审核', 'Li') }));
    await desk.getByRole('link', { name: say(/待领取的申请/, /Applications to claim/) }).click();
    await desk.getByRole('link', { name: name }).click();
    await state(desk, say('审核中', 'In review'));
    await desk.keyboard.press('m');
    await desk.getByRole('button', { name: say(/放回队列/, /Return to queue/) }).waitFor();
    await desk.keyboard.press('c');
    await choose(
      desk.getByRole('dialog').getByLabel(say('原因', 'Reason'), { exact: true }),
      say('证件不清晰', 'Document unreadable'),
    );
    await desk
      .getByLabel(say('补充说明（发给申请人）', 'Additional message (sent to the applicant)'))
      .fill(say('请重新上传清晰的资料', 'Please send a clear one'));
    await confirm(desk, say('要求补充', 'Request changes'));
    await state(desk, say('待补充', 'Changes requested'));

    await phone.goto(world.api.url + (await linkTo(smtp, email, '/application/')));
    // The page is already open: only the fragment changes, which does not reload it.
    await phone.reload();
    await phone.getByText(say('请重新上传清晰的资料', 'Please send a clear one')).first().waitFor();
    await numbers();
    await phone.getByRole('button', { name: say('提交补充', 'Submit changes') }).click();
    await phone.getByText(say('正在人工审核', 'Our staff are reviewing')).waitFor();

    await desk.reload();
    await state(desk, say('审核中', 'In review'));
    await desk.keyboard.press('m');
    await desk.getByRole('button', { name: say(/放回队列/, /Return to queue/) }).waitFor();
    await desk.keyboard.press('a');
    await desk.getByLabel(say('等级（决定佣金比例）', 'Tier (sets the commission rates)')).fill('gold');
    await confirm(desk, say('批准', 'Approve'));
    await state(desk, say('已批准', 'Approved'));
    const made = await one<{ state: string; tier: string; user: string }>(
      `SELECT distributor_state(d) AS state, d.tier, u.role AS user FROM distributors d JOIN users u ON u.distributor_id = d.id WHERE d.email = $1`,
      email,
    );
    expect(made).toEqual({ state: 'active', tier: 'gold', user: 'distributor' });

    await phone.goto(world.api.url + (await linkTo(smtp, email, '/welcome#')));
    await phone
      .getByLabel(say('新密码（至少 12 个字符）', 'New password (min 12 characters)'))
      .fill('a-long-enough-password');
    await phone.getByLabel(say('再次输入', 'Repeat password')).fill('a-long-enough-password');
    await phone.getByRole('button', { name: say('保存并登录', 'Save and sign in') }).click();
    await phone.getByText(say(`您好，${name}`, `Hello, ${name}`)).waitFor();

    const { id, code } = await one<{ id: string; code: string }>(
      'SELECT id, referral_code AS code FROM distributors WHERE email = $1',
      email,
    );
    await planThatReleases();
    await sell(code);
    const { available } = await balanceOf(pool(), id);
    expect(available).toBeGreaterThan(0);
    await phone.goto(`${world.api.url}/my-withdrawals`);
    await phone.getByRole('button', { name: say('提现', 'Withdraw'), exact: true }).click();
    await confirm(phone, say('提现', 'Withdraw'));
    await phone.locator('.own-list > li').waitFor();
    expect(await one('SELECT state, amount FROM withdrawals WHERE distributor_id = $1', id)).toEqual({
      state: 'requested',
      amount: available,
    });
  });

  test("finance's day: due commissions released in bulk, one withdrawn on a phone and paid by two people", async () => {
    const { id, person } = await distributor();
    await addCommissions(pool(), [id], [700, 800, 900]);
    const [ann, ben] = [await world.open({ locale }), await world.open({ locale })];
    await world.signIn(ann, await world.person('finance', { name: 'Ann' }));
    await ann.goto(`${world.api.url}/commissions?state=due`);
    await ann.locator('thead input[type="checkbox"]').check();
    await ann.getByText(say('已选 3 条', '3 selected')).waitFor();
    await ann.getByRole('button', { name: say('结算', 'Release'), exact: true }).click();
    await ann.getByRole('dialog').getByText(say('¥24.00', 'CN¥24.00')).waitFor();
    await confirm(ann, say('结算', 'Release'));
    await state(ann, say('待审批', 'Proposed'));
    await ann.getByText(say('需要另一位财务人员批准', 'A second finance user must approve')).waitFor();

    await world.signIn(ben, await world.person('finance', { name: 'Ben' }));
    await ben.getByRole('link', { name: say(/待审批结算批次/, /Release runs to approve/) }).click();
    await ben.locator('tbody a').first().click();
    await state(ben, say('待审批', 'Proposed'));
    await ben.keyboard.press('a');
    await confirm(ben, say('批准结算', 'Approve release'));
    await state(ben, say('已完成', 'Done'));
    expect(await balanceOf(pool(), id)).toMatchObject({ held: 0, available: 2400 });

    const phone = await world.open({ locale, width: 390, height: 844 });
    await world.signIn(phone, person);
    await phone.goto(`${world.api.url}/my-withdrawals`);
    await phone.getByRole('button', { name: say('提现', 'Withdraw'), exact: true }).click();
    await phone.getByLabel(say('提现金额', 'Amount')).fill('20');
    await confirm(phone, say('提现', 'Withdraw'));

    for (const page of [ann, ben]) {
      await page.goto(`${world.api.url}/withdrawals?state=requested&distributorId=${id}`);
      await page.locator('tbody a').first().click();
      await state(page, say('已申请', 'Requested'));
      await page.keyboard.press('a');
      await confirm(page, say('批准', 'Approve'));
    }
    await state(ben, say('已批准', 'Approved'));
    await ann.goto(`${world.api.url}/payout-batches`);
    await ann.getByRole('button', { name: say('生成打款批次', 'Create payout batch') }).click();
    await confirm(ann, say('生成打款批次', 'Create payout batch'));
    const download = ann.waitForEvent('download');
    await ann.getByRole('button', { name: say(/下载打款文件/, /Download payout file/) }).click();
    await ann
      .getByRole('dialog')
      .getByRole('button', { name: say('下载打款文件', 'Download payout file') })
      .click();
    expect((await download).suggestedFilename()).toMatch(/^payout-.*\.csv$/);
    await ann.getByRole('dialog').waitFor({ state: 'hidden' });
    await ann.keyboard.press('c');
    await confirm(ann, say('确认打款结果', 'Confirm results'));
    await state(ann, say('已结清', 'Settled'));
    expect(await one('SELECT state, amount FROM withdrawals WHERE distributor_id = $1', id)).toEqual({
      state: 'paid',
      amount: 2000,
    });
    await phone.reload();
    await phone.getByText(say('已支付', 'Paid'), { exact: true }).waitFor();
  });

  test("operations' day: a refund after release becomes debt, and the next release pays it off", async () => {
    await planThatReleases();
    const { id } = await distributor();
    const { code } = await one<{ code: string }>(
      'SELECT referral_code AS code FROM distributors WHERE id = $1',
      id,
    );
    const order = await sell(code);
    const { available: earned } = await balanceOf(pool(), id);
    expect(earned).toBeGreaterThan(0);
    // What was earned has left: the refund finds nothing to take back.
    await pool().query(
      `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     VALUES ('test/spent/' || $1::text, 'available', 'cash', $1::uuid, 'CNY', $2, now())`,
      [id, earned],
    );

    const desk = await world.open({ locale });
    await world.signIn(desk, await world.person('operator', { name: 'Olga' }));
    await desk.getByRole('combobox', { name: say(/搜索全部/, /Search everything/) }).fill(order);
    await desk
      .locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: order })
      .first()
      .click();
    await desk.getByRole('button', { name: say('登记退货', 'Record return') }).click();
    const counts = desk.getByRole('dialog').getByRole('spinbutton');
    await counts.first().waitFor();
    for (const count of await counts.all()) await count.fill('1');
    await desk.getByRole('dialog').getByLabel(say('原因', 'Reason')).fill('broken');
    await confirm(desk, say('登记退货', 'Record return'));
    await desk.getByRole('button', { name: say('已退款', 'Refunded') }).click();
    await desk
      .getByRole('dialog')
      .getByText(say('不足部分记为欠款', 'any shortfall is recorded as debt'))
      .waitFor();
    await confirm(desk, say('已退款', 'Refunded'));
    const { debt } = await balanceOf(pool(), id);
    expect(debt).toBeGreaterThan(0);

    const finance = await world.open({ locale });
    await world.signIn(finance, await world.person('finance', { name: 'Ann' }));
    await finance.goto(`${world.api.url}/balances?debtAbove=0`);
    await finance.locator('tbody a').first().waitFor();
    await sell(code);
    await finance.reload();
    await finance.getByText(say('没有符合筛选条件的记录', 'No entries match these filters')).waitFor();
    expect(await balanceOf(pool(), id)).toMatchObject({ debt: 0 });
  });
});
