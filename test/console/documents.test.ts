import type { Page } from 'playwright-core';
import type { Pool } from '../../database/pool';
import { completeLuhn, makeResidentIdentityNumber } from '../../domain/credential';
import { type ConsoleWorld, choose, confirm, startConsole } from '../support/console';
import { eventually } from '../support/eventually';
import { faxPdf, jpeg, pdf, png } from '../support/files';
import { addDistributor } from '../support/platform';
import { linkTo, startSmtp, type TestSmtp } from '../support/smtp';

let world: ConsoleWorld;
let smtp: TestSmtp;
const refusedBySecurity: string[] = [];

beforeAll(async () => {
  smtp = await startSmtp();
  world = await startConsole({ SMTP_URL: smtp.url });
});
afterAll(async () => {
  await world.stop();
  await smtp.stop();
});
afterEach(() => {
  expect(world.faults).toEqual([]);
  expect(refusedBySecurity).toEqual([]);
});

async function open(options: Parameters<ConsoleWorld['open']>[0]): Promise<Page> {
  const page = await world.open(options);
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) refusedBySecurity.push(message.text());
  });
  return page;
}

const canvas = (page: Page) => page.locator('canvas[data-zoom]');

/** Waits until the page shows something dark on the bright sheet. */
async function isDrawn(page: Page): Promise<void> {
  await canvas(page).waitFor();
  await eventually('the document is drawn', () =>
    canvas(page).evaluate((element) => {
      const sheet = element as unknown as {
        width: number;
        height: number;
        getContext(kind: '2d'): {
          getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
        };
      };
      if (!sheet.width || !sheet.height) return false;
      const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);
      return data.some((value, at) => at % 4 === 0 && value < 128 && data[at + 3]! > 0);
    }),
  );
}

/** Ratio of width to height of what is drawn. */
const shape = async (page: Page) => {
  const box = (await canvas(page).boundingBox())!;
  return box.width / box.height;
};

describe.each(['zh-CN', 'en'] as const)('in %s', (locale) => {
  const say = <T>(zh: T, en: T): T => (locale === 'zh-CN' ? zh : en);

  test('an applicant photographs a document on the phone, and the reviewer sees it beside the values, over two rounds', async () => {
    const name = say('王小明', '王小华');
    const email = `photo.${locale}@distributor.example`;
    const phone = await open({ locale, width: 390, height: 844, touch: true });
    await phone.goto(`${world.api.url}/apply`);
    const fill = (label: [string, string], value: string) => phone.getByLabel(say(...label)).fill(value);
    const numbers = async () => {
      await fill(
        ['身份证号码', 'Identity number'],
        makeResidentIdentityNumber('110101', '1991-03-05', say('012', '014')),
      );
      await fill(['银行卡号', 'Card number'], completeLuhn(say('622202000000022345', '622202000000022346')));
    };
    await fill(['姓名（与身份证一致）', 'Name (as on the identity card)'], name);
    await numbers();
    await fill(['有效期自', 'Valid from'], '2015-01-01');
    await phone.getByLabel(say('长期有效', 'Long-term')).check();
    await fill(['手机号', 'Phone number'], say('13900020001', '13900020002'));
    await fill(['邮箱（审核进度发到这里）', 'Email address (we send updates here)'], email);
    await choose(phone.getByLabel(say('希望销售的区域', 'Region'), { exact: true }), say('上海', 'Shanghai'));
    await fill(['销售渠道', 'Channels'], '小店');
    await phone.keyboard.press('Enter');
    await fill(['户名（须与申请人一致）', 'Account holder (must be the applicant)'], name);
    await fill(['开户银行', 'Bank'], '中国工商银行');

    await phone.getByRole('button', { name: say('拍照', 'Take a photo') }).waitFor();
    const camera = phone.locator('input[type=file][capture=environment]');
    await camera.setInputFiles({ name: 'card.jpg', mimeType: 'image/jpeg', buffer: await jpeg(800, 400) });
    const chooser = phone.locator('input[type=file][multiple]');
    await chooser.setInputFiles([
      { name: 'licence.pdf', mimeType: 'application/pdf', buffer: await pdf(3) },
      { name: 'not.png', mimeType: 'image/png', buffer: Buffer.from('not an image') },
    ]);
    await chooser.setInputFiles({ name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(10) });
    await phone.getByText(say(/film\.mp4 不是 PDF/, /film\.mp4 is not a PDF/)).waitFor();
    await phone.getByRole('button', { name: say('提交申请', 'Submit application') }).click();
    const warning = phone.getByRole('alert').filter({ hasText: 'not.png' });
    await warning.getByText(say('以下文件没有上传成功', 'These files were not uploaded')).waitFor();
    expect(await warning.textContent()).not.toContain('card.jpg');
    await phone.getByRole('link', { name: say('查看我的申请', 'View my application') }).click();
    await phone.getByText('card.jpg').waitFor();
    await phone.getByText('licence.pdf').waitFor();

    const desk = await open({ locale });
    const reviewer = await world.person('compliance', { name: say('李审核', 'Li') });
    await world.signIn(desk, reviewer);
    await desk.getByRole('link', { name: say(/待领取的申请/, /Applications to claim/) }).click();
    await desk.getByRole('link', { name }).click();
    // The document that came last is shown first.
    await isDrawn(desk);
    await desk.getByText('1 / 3').waitFor();
    await desk.keyboard.press('>');
    await desk.getByText('2 / 3').waitFor();
    await isDrawn(desk);
    await desk.keyboard.press(',');
    await desk.getByText('800 × 400').waitFor();
    await isDrawn(desk);
    expect(await shape(desk)).toBeCloseTo(2, 1);
    const { width } = (await canvas(desk).boundingBox())!;
    await desk.keyboard.press('+');
    await eventually('the zoom', async () => (await canvas(desk).boundingBox())!.width > 1.4 * width);
    await desk.keyboard.press('0');
    await desk.keyboard.press(']');
    await eventually('the rotation', async () => Math.abs((await shape(desk)) - 0.5) < 0.05);
    await desk.getByRole('button', { name: say('向左旋转', 'Rotate left') }).click();
    await eventually('the rotation back', async () => Math.abs((await shape(desk)) - 2) < 0.05);
    const download = desk.waitForEvent('download');
    await desk.getByRole('button', { name: say('下载原件', 'Download the file') }).click();
    expect((await download).suggestedFilename()).toBe('card.jpg');

    await desk.keyboard.press('m');
    await desk.getByRole('button', { name: say(/放回队列/, /Return to queue/) }).waitFor();
    await desk.keyboard.press('c');
    await choose(
      desk.getByRole('dialog').getByLabel(say('原因', 'Reason'), { exact: true }),
      say('证件不清晰', 'Document unreadable'),
    );
    await confirm(desk, say('要求补充', 'Request changes'));

    await phone.goto(world.api.url + (await linkTo(smtp, email, '/application/')));
    await phone.reload();
    await numbers();
    // One that the server refuses is named, and nothing is sent until it is replaced.
    const again = phone.locator('input[type=file][multiple]');
    await again.setInputFiles({
      name: 'blurred.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not an image'),
    });
    const resubmit = phone.getByRole('button', { name: say('提交补充', 'Submit changes') });
    await resubmit.click();
    await phone
      .getByText(say('文件内容不是 PDF、JPEG 或 PNG', 'The content of the file is not a PDF, JPEG or PNG'))
      .waitFor();
    await phone.getByRole('button', { name: say('移除 blurred.png', 'Remove blurred.png') }).click();
    await again.setInputFiles({ name: 'clear.png', mimeType: 'image/png', buffer: await png(300, 300) });
    await resubmit.click();
    await phone.getByText(say('正在人工审核', 'Our staff are reviewing')).waitFor();
    await phone.getByText('clear.png').waitFor();

    await desk.reload();
    await desk.getByText(say('第 2 轮：clear.png', 'Round 2: clear.png')).waitFor();
    await desk.getByText(say('第 1 轮：card.jpg', 'Round 1: card.jpg')).click();
    await desk.getByText('800 × 400').waitFor();
    await isDrawn(desk);

    const { rows } = await world.api.context.pool.query(
      `SELECT DISTINCT actor FROM audit_entries WHERE action = 'document.view' AND actor_id = $1`,
      [reviewer.id],
    );
    expect(rows).toEqual([{ actor: reviewer.name }]);
  });
});

test('the viewer decodes a scanned PDF, and runs no script but its own', async () => {
  const key = await world.api.keyFor('compliance');
  const { body } = await world.api.call('POST', '/v1/documents?name=fax.pdf', { key, body: faxPdf() });
  const applicationId = await addApplication(world.api.context.pool, body.id);
  const page = await open({});
  await world.signIn(page, await world.person('compliance'));
  const loaded = await page.goto(`${world.api.url}/applications/${applicationId}`);
  await isDrawn(page);
  const policy = (await loaded!.allHeaders())['content-security-policy'];
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  for (const file of [
    'cmaps/UniGB-UCS2-H.bcmap',
    'standard_fonts/FoxitSerif.pfb',
    'iccs/CGATS001Compat-v2-micro.icc',
  ])
    expect([file, (await fetch(`${world.api.url}/pdfjs/${file}`)).status]).toEqual([file, 200]);
});

/** An application with a document, as rows. */
async function addApplication(pool: Pool, documentId: string): Promise<string> {
  const { id } = await addDistributor(pool);
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO document_references (document_id, subject, attached_by)
     SELECT $2, 'application/' || application_id, 'test' FROM distributors WHERE id = $1
     RETURNING split_part(subject, '/', 2) AS id`,
    [id, documentId],
  );
  return rows[0]!.id;
}
