import { type ConsoleWorld, confirm, settled, startConsole } from '../support/console';
import { addDistributor, credit } from '../support/payouts';
import { restrict } from '../support/restrictions';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole({ WITHDRAWAL_MINIMUM: '100' });
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

const pool = () => world.api.context.pool;

describe.each(['zh-CN', 'en'] as const)('in %s', (locale) => {
  const say = <T>(zh: T, en: T): T => (locale === 'zh-CN' ? zh : en);

  test('a suspension with an end: who placed it, until when and who can lift it; on the phone what it means', async () => {
    const id = await addDistributor(pool());
    const desk = await world.open({ locale });
    const compliance = await world.person('compliance', { name: '李审核' });
    await world.signIn(desk, compliance);
    await desk.goto(`${world.api.url}/distributors/${id}`);
    const panel = desk.getByRole('region', { name: say('限制', 'Restrictions'), exact: true });
    await panel.getByText(say('没有限制', 'No restrictions')).waitFor();
    await desk.getByRole('button', { name: say('暂停', 'Suspend'), exact: true }).click();
    const dialog = desk.getByRole('dialog');
    await dialog
      .getByLabel(say('原因（写入审计日志）', 'Reason (recorded in the audit log)'))
      .fill('papers are missing');
    await dialog
      .getByLabel(say('暂停至（不填则不自动解除）', 'Until (leave empty for no end)'))
      .fill('2031-03-01 09:30');
    await desk.keyboard.press('Enter');
    await confirm(desk, say('暂停', 'Suspend'));
    await desk.getByText(say('自动解除：', 'Ends automatically: ')).waitFor();
    const row = panel.getByRole('row', { name: say('暂停合作', 'Suspended') });
    await row.waitFor();
    const text = await row.textContent();
    for (const part of [
      compliance.name,
      'papers are missing',
      say('管理员、合规、运营', 'Administrator, Compliance, Operations'),
      '2031',
      '9:30',
    ])
      expect(text).toContain(part);

    const phone = await world.open({ locale, width: 390, height: 844 });
    await world.signIn(phone, await world.person('distributor', { distributorId: id }));
    const own = phone.getByRole('region', { name: say('当前限制', 'Restrictions') });
    await own.getByText(say('您的账户已暂停', 'Your account is suspended')).waitFor();
    const told = await own.textContent();
    expect(told).toContain(
      say('如需了解原因或有异议，请联系我们。', 'Contact us for the reason or if you disagree.'),
    );
    expect(told).toContain('2031');
    expect(told).not.toContain('papers');

    await desk.getByRole('button', { name: say('恢复', 'Reinstate'), exact: true }).click();
    await dialog
      .getByLabel(say('原因（写入审计日志）', 'Reason (recorded in the audit log)'))
      .fill('all there');
    await confirm(desk, say('恢复', 'Reinstate'));
    await panel.getByText(say('没有限制', 'No restrictions')).waitFor();
    await panel.getByRole('button', { name: say('查看已结束的', 'Show past ones') }).click();
    await panel.getByRole('row', { name: 'papers are missing → all there' }).waitFor();
    await phone.reload();
    await settled(phone);
    expect(await own.count()).toBe(0);
  });

  test('what a case keeps back is in the balance, and not offered for a withdrawal', async () => {
    const id = await addDistributor(pool());
    await credit(pool(), id, 500_000);
    const columns = { effect: 'no_payout', amount: 350_000, currency: 'CNY' };
    await restrict(pool(), id, columns);
    const desk = await world.open({ locale });
    await world.signIn(desk, await world.person('finance'));
    await desk.goto(`${world.api.url}/distributors/${id}`);
    const balances = desk.getByRole('region', { name: say('余额', 'Balances') });
    await balances.getByText(/3,500\.00/).waitFor();
    await balances.getByRole('columnheader', { name: say('暂扣', 'Kept back') }).waitFor();
    expect(await balances.textContent()).toMatch(/5,000\.00[\s\S]*3,500\.00[\s\S]*1,500\.00/);
    const panel = desk.getByRole('region', { name: say('限制', 'Restrictions'), exact: true });
    expect(await panel.getByRole('row', { name: /3,500\.00/ }).textContent()).toMatch(
      say(/随 .* 的处理解除/, /Lifted by .* only/),
    );

    const phone = await world.open({ locale, width: 390, height: 844 });
    await world.signIn(phone, await world.person('distributor', { distributorId: id }));
    await phone.getByText(say('解除前不能提现', 'cannot be withdrawn until')).waitFor();
    await phone.getByRole('link', { name: say(/可提现.*1,500\.00/, /Available.*1,500\.00/) }).waitFor();
    await phone.goto(`${world.api.url}/my-withdrawals`);
    const own = phone.getByRole('region', { name: 'CNY' });
    await own.getByText(/3,500\.00/).waitFor();
    expect(await own.textContent()).toMatch(/1,500\.00[\s\S]*3,500\.00/);
    await own.getByRole('button', { name: say('提现', 'Withdraw') }).click();
    const amount = phone.getByRole('dialog').getByLabel(say('提现金额', 'Amount'));
    expect(await amount.inputValue()).toBe('1500.00');
    await confirm(phone, say('提现', 'Withdraw'));
    await phone.goto(`${world.api.url}/earnings`);
    const totals = phone.getByRole('region', { name: 'CNY' });
    await totals.getByText(/3,500\.00/).waitFor();
    expect(await totals.textContent()).toMatch(/0\.00[\s\S]*3,500\.00/);
  });
});
