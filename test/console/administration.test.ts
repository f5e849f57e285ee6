import type { Page } from 'playwright-core';
import { answered, type ConsoleWorld, choose, confirm, startConsole } from '../support/console';
import { linkTo, startSmtp, type TestSmtp } from '../support/smtp';

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

const NEW_PASSWORD = 'slow clouds over the ridge';

/** Opens the page at the one-time link of the mails to an address. */
async function openLink(page: Page, email: string): Promise<void> {
  await page.goto(world.api.url + (await linkTo(smtp, email, '/welcome#')));
}

async function setPassword(page: Page): Promise<void> {
  await page.getByLabel('New password (min 12 characters)').fill(NEW_PASSWORD);
  await page.getByLabel('Repeat password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Save and sign in' }).click();
  await page.locator('.shell-head').waitFor();
}

async function act(page: Page, action: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: action, exact: true }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill(reason);
  await confirm(page, action);
}

const menuEntry = (page: Page, name: string) => page.getByRole('link', { name, exact: true });

test("an administrator's day: a new user is added, changes teams, leaves and returns", async () => {
  const desk = await world.open();
  await world.signIn(desk, await world.person('admin', { name: 'Ada' }));
  await menuEntry(desk, 'Users').click();
  await desk.getByRole('button', { name: 'Add user' }).click();
  await desk.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Cleo');
  await desk.getByRole('dialog').getByLabel('Email address', { exact: true }).fill('cleo@example.com');
  await choose(desk.getByRole('dialog').getByLabel('Role', { exact: true }), 'Compliance');
  await confirm(desk, 'Add user');
  await desk.locator('h1', { hasText: 'Cleo' }).waitFor();
  await desk.getByRole('button', { name: 'Create one-time sign-in link' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Create one-time sign-in link' }).click();
  await desk.getByRole('button', { name: 'I have saved it' }).click();

  const cleo = await world.open();
  await openLink(cleo, 'cleo@example.com');
  await setPassword(cleo);
  // Unlike her home, this page requests nothing automatically: she is asked to sign in at her next press, not before.
  await menuEntry(cleo, 'Blacklist').click();
  await cleo.locator('h1', { hasText: 'Blacklist' }).waitFor();
  await answered(cleo);

  await desk.getByRole('button', { name: 'Change role' }).click();
  await choose(desk.getByRole('dialog').getByLabel('Role', { exact: true }), 'Finance');
  await desk.getByRole('dialog').getByLabel('Reason').fill('moved to finance');
  await confirm(desk, 'Change role');
  await desk.getByText('moved to finance').waitFor();

  // Over the page that is open, and with the menu of the new role afterwards.
  await menuEntry(cleo, 'Applications').click();
  const again = cleo.getByRole('dialog');
  await again.getByText('Your session has expired; sign in again').waitFor();
  await again.locator('input[autocomplete="username"]').fill('cleo@example.com');
  await again.locator('input[autocomplete="current-password"]').fill(NEW_PASSWORD);
  await cleo.keyboard.press('Enter');
  await menuEntry(cleo, 'Release runs').waitFor();
  await menuEntry(cleo, 'Blacklist').waitFor({ state: 'detached' });

  await act(desk, 'Disable', 'on leave');
  await desk.locator('h1', { hasText: 'Disabled' }).waitFor();
  await cleo.reload();
  await cleo.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await act(desk, 'Enable', 'back from leave');
  await desk.locator('h1', { hasText: 'Active' }).waitFor();
  await world.signIn(cleo, { id: '', name: '', email: 'cleo@example.com', password: NEW_PASSWORD });

  await menuEntry(desk, 'Users').click();
  const row = desk.locator('tr[data-row-key]', { hasText: 'cleo@example.com' });
  await row.getByText('Finance').waitFor();
  expect(await row.textContent()).toMatch(/Finance[\s\S]*Active[\s\S]*Off/);
});

test('an API key is made with some scopes, found by its user, used and revoked', async () => {
  const desk = await world.open({ height: 700 });
  await world.signIn(desk, await world.person('admin', { name: 'Adam' }));
  await world.person('operator', { name: 'Shop connector' });
  await menuEntry(desk, 'API keys').click();
  await desk.getByRole('button', { name: 'Create key' }).click();
  await desk.getByLabel('Purpose').fill('orders of the shop');
  // Chosen for oneself, and not there for the connector: it has the role of an operator.
  await desk.getByLabel('Scopes', { exact: true }).fill('users:write');
  await desk.keyboard.press('Enter');
  // The list lies over the field above.
  await desk.keyboard.press('Escape');
  await choose(desk.getByRole('dialog').getByLabel('Acts as user', { exact: true }), 'Shop connector');
  await desk.getByRole('dialog').getByText('users:write').waitFor({ state: 'detached' });
  for (const scope of ['products:read', 'products:write']) {
    await desk.getByLabel('Scopes', { exact: true }).fill(scope);
    await desk.keyboard.press('Enter');
  }
  // The list of scopes stays open for the next one, and must leave the button free.
  await desk.getByRole('dialog').getByRole('button', { name: 'Create key', exact: true }).click();
  const key = (await desk.getByRole('dialog').locator('.secret').textContent()) ?? '';
  await desk.getByRole('button', { name: 'I have saved it' }).click();
  expect((await world.api.call('GET', '/v1/products', { key })).status).toBe(200);
  expect((await world.api.call('GET', '/v1/orders', { key })).status).toBe(403);

  await desk.getByRole('textbox', { name: 'Acts as user' }).fill('connector');
  const row = desk.locator('tbody tr', { hasText: 'orders of the shop' });
  await row.getByRole('link', { name: 'Shop connector' }).waitFor();
  await desk.locator('tbody tr[data-row-key]').nth(1).waitFor({ state: 'detached' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await confirm(desk, 'Revoke');
  await row.getByText('Revoked').waitFor();
  expect((await world.api.call('GET', '/v1/products', { key })).status).toBe(401);
});

test('忘记密码：登录页申请链接，设置新密码后登录；未知邮箱看到同样的答复', async () => {
  const person = await world.person('operator', { name: '李运营' });
  const page = await world.open({ locale: 'zh-CN', width: 390, height: 844 });
  await page.goto(`${world.api.url}/sign-in`);
  for (const email of ['nobody@example.com', person.email]) {
    await page.getByRole('link', { name: '忘记密码？' }).click();
    // The page before it has a field of that name as well.
    await page.getByRole('button', { name: '发送链接' }).waitFor();
    await page.getByLabel('邮箱').fill(email);
    await page.getByRole('button', { name: '发送链接' }).click();
    await page.getByText('请查收邮件').waitFor();
    await page.getByRole('link', { name: '返回登录' }).click();
  }
  await openLink(page, person.email);
  await page.getByLabel('新密码（至少 12 个字符）').fill(NEW_PASSWORD);
  await page.getByLabel('再次输入').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: '保存并登录' }).click();
  await page.getByText('您好，李运营').waitFor();

  // The link is used up; the page says so and where another one is to be had.
  await page.goto('about:blank');
  await openLink(page, person.email);
  await page.getByLabel('新密码（至少 12 个字符）').fill(NEW_PASSWORD);
  await page.getByLabel('再次输入').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: '保存并登录' }).click();
  await page.getByText('链接已使用').waitFor();
  await page.getByRole('link', { name: '获取新的链接' }).click();
  await page.getByRole('heading', { name: '忘记密码' }).waitFor();
});

test('a user changes their password and ends a session elsewhere', async () => {
  const person = await world.person('finance', { name: 'Fay' });
  const [here, there] = [await world.open(), await world.open()];
  for (const page of [here, there]) await world.signIn(page, person);
  await here.goto(`${world.api.url}/account`);
  await here.getByRole('button', { name: 'End session' }).click();
  await confirm(here, 'End session');
  await here.getByRole('button', { name: 'End session' }).waitFor({ state: 'detached' });
  await there.goto(`${world.api.url}/withdrawals`);
  await there.getByRole('button', { name: 'Sign in', exact: true }).waitFor();

  await here.getByLabel('Current password').fill(person.password);
  await here.getByLabel('New password (min 12 characters)').fill(NEW_PASSWORD);
  await here.getByLabel('Repeat new password').fill(NEW_PASSWORD);
  await here.getByRole('button', { name: 'Change password' }).click();
  await here.getByText('Password changed.').waitFor();
  await world.signIn(there, { ...person, password: NEW_PASSWORD });
});

test('a mail that could not be delivered is sent again, whatever it is about', async () => {
  const { id, email } = await world.person('operator', { name: 'Otto' });
  await world.api.context.pool.query(
    `INSERT INTO mails (key, subject_ref, recipient, subject, body, state, last_error)
     VALUES ($1, $2, $3, 'How to sign in', 'x', 'undeliverable', '452 mailbox full')`,
    [`user/${id}/test`, `user/${id}`, email],
  );
  const desk = await world.open();
  await world.signIn(desk, await world.person('admin', { name: 'Olga' }));
  await desk.goto(`${world.api.url}/mails?resendable=true`);
  await desk.getByRole('button', { name: 'Resend' }).click();
  await confirm(desk, 'Resend');
  await desk.getByText('Queued for sending again').waitFor();
  await desk.goto(`${world.api.url}/mails?about=${encodeURIComponent(`user/${id}`)}`);
  await desk.locator('tbody').getByText('Sent', { exact: true }).waitFor();
  expect(smtp.received.filter(({ to }) => to?.[0]?.address === email)).toHaveLength(1);
});

test.each([
  ['oidc_unavailable', 'cannot be reached', '无法连接公司的登录服务'],
  ['oidc_denied', 'denied the sign-in', '没有同意这次登录'],
  ['oidc_failed', 'here to start again', '请在本页重新点击'],
  ['oidc_email_not_verified', 'has not verified your email address', '尚未验证您的邮箱地址'],
  ['oidc_user_unknown', 'Ask an administrator to add a user', '请管理员以此邮箱新增用户'],
  ['something_new', 'contact an administrator', '请联系管理员'],
])('single sign-on that ends with %s says what to do, in both languages', async (code, en, zh) => {
  for (const [locale, text] of [
    ['en', en],
    ['zh-CN', zh],
  ] as const) {
    const page = await world.open({ locale });
    await page.goto(`${world.api.url}/sign-in?problem=${code}`);
    await page.getByRole('alert').getByText(text).waitFor();
    expect(await page.locator('body').textContent()).not.toContain(code);
    await page.context().close();
  }
});
