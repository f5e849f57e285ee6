import { completeLuhn } from '../../domain/credential';
import { type ConsoleWorld, confirm, startConsole } from '../support/console';
import { addDistributor } from '../support/payouts';
import { linkTo, startSmtp, type TestSmtp } from '../support/smtp';

let world: ConsoleWorld;
let smtp: TestSmtp;

beforeAll(async () => {
  smtp = await startSmtp();
  world = await startConsole({ SMTP_URL: smtp.url, ACCOUNT_CHANGE_WAITING: '1s' });
});
afterAll(async () => {
  await world.stop();
  await smtp.stop();
});
afterEach(() => expect(world.faults).toEqual([]));

describe.each(['zh-CN', 'en'] as const)('in %s', (locale) => {
  const say = <T>(zh: T, en: T): T => (locale === 'zh-CN' ? zh : en);

  test('a distributor asks for another account on the phone; compliance approves, finance confirms, and it takes effect', async () => {
    const { pool } = world.api.context;
    const distributorId = await addDistributor(pool, { email: `old.${locale}@example.com`, locale });
    await pool.query(`UPDATE distributors SET name = '王小明' WHERE id = $1`, [distributorId]);
    const phone = await world.open({ locale, width: 390, height: 844 });
    await world.signIn(phone, await world.person('distributor', { distributorId }));
    await phone.goto(`${world.api.url}/my-withdrawals`);
    await phone.goto(`${world.api.url}/my-details`);
    await phone.getByRole('button', { name: say('变更收款账户', 'Change payout account') }).click();
    const dialog = phone.getByRole('dialog');
    const number = dialog.getByLabel(say('账号', 'Account number'));
    await number.fill('62220200000001234x');
    await dialog.getByText(say('银行账号只能是数字。', 'An account number has digits only.')).waitFor();
    await number.fill(completeLuhn(say('622202000000012345', '622202000000012346')));
    await dialog.getByLabel(say('开户银行', 'Bank')).fill('招商银行');
    await confirm(phone, say('提交申请', 'Request change'));
    await phone.getByText(say('等待审核。', 'Waiting for the review.')).waitFor();

    const desk = await world.open({ locale });
    await world.signIn(desk, await world.person('compliance'));
    await desk.getByRole('link', { name: say(/待处理的资料变更/, /Account changes to decide/) }).click();
    await desk.getByRole('link', { name: '王小明' }).first().waitFor();
    await desk.locator('tbody tr.ant-table-row a').first().click();
    await desk.getByText(say('收款账户户名', 'Account holder')).first().waitFor();
    await desk
      .getByText(/\*{15}\d{4}/)
      .first()
      .waitFor();
    await desk.keyboard.press('a');
    await confirm(desk, say('批准', 'Approve'));
    await desk.getByText(say(/须由另一位同事确认/, /second person must confirm/)).waitFor();
    expect(await desk.getByRole('button', { name: say(/^确认/, /^Confirm/) }).count()).toBe(0);

    const finance = await world.open({ locale });
    await world.signIn(finance, await world.person('finance'));
    await finance.goto(desk.url());
    await finance.getByRole('button', { name: say(/^确认/, /^Confirm/) }).waitFor();
    await finance.keyboard.press('c');
    await confirm(finance, say('确认', 'Confirm'));
    await finance.locator('h1 ~ *, .page-head').getByText(say('已生效', 'In effect')).first().waitFor();

    await phone.reload();
    await phone.getByText(say('已生效。', 'In effect.')).waitFor();
    await phone
      .getByText(/招商银行 \*+\d{4} 王小明/)
      .first()
      .waitFor();
    await desk.goto(`${world.api.url}/distributors/${distributorId}`);
    await desk.getByText(say('资料已变更', 'Account changed')).waitFor();
    await desk.getByRole('tab', { name: say('资料变更', 'Account changes') }).click();
    await desk.locator('tbody tr.ant-table-row', { hasText: '招商银行' }).waitFor();
  });

  test('a new mail address is confirmed on the page that the link opens, and a change can be canceled', async () => {
    const { pool } = world.api.context;
    const distributorId = await addDistributor(pool, { email: `a.${locale}@example.com`, locale });
    const staff = await world.open({ locale });
    await world.signIn(staff, await world.person('admin'));
    await staff.goto(`${world.api.url}/distributors/${distributorId}`);
    await staff.getByRole('button', { name: say('变更邮箱', 'Change email address') }).click();
    const address = `new.${locale}@example.com`;
    await staff.getByRole('dialog').getByLabel(say('邮箱', 'Email address')).fill(address);
    await confirm(staff, say('提交申请', 'Request change'));
    await staff.getByRole('tab', { name: say('资料变更', 'Account changes') }).click();
    await staff.locator('tbody tr.ant-table-row', { hasText: address }).getByRole('link').first().click();
    await staff.getByRole('button', { name: say(/^批准/, /^Approve/) }).click();
    await confirm(staff, say('批准', 'Approve'));

    const mailbox = await world.open({ locale, width: 390, height: 844 });
    await mailbox.goto(world.api.url + (await linkTo(smtp, address, '/confirm-address/')));
    await mailbox.getByRole('button', { name: say('确认此邮箱', 'Confirm this address') }).click();
    await mailbox.getByText('n…@example.com').waitFor();
    await staff.getByText(say('已生效', 'In effect')).first().waitFor();

    const phone = await world.open({ locale, width: 390, height: 844 });
    await world.signIn(phone, await world.person('distributor', { distributorId }));
    await phone.goto(`${world.api.url}/my-details`);
    await phone.getByText(address).first().waitFor();
    await phone.getByRole('button', { name: say('变更手机号', 'Change phone number') }).click();
    await phone.getByRole('dialog').getByLabel(say('手机号', 'Phone number')).fill('13800138000');
    await confirm(phone, say('提交申请', 'Request change'));
    await phone.getByRole('button', { name: say('取消变更', 'Cancel change') }).click();
    await confirm(phone, say('取消变更', 'Cancel change'));
    await phone.getByText(say('已取消，资料保持不变。', 'Canceled; nothing is changed.')).waitFor();
  });
});
