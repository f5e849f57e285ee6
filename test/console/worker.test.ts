import { makeDistributor, startWorker } from '../support/api';
import { type ConsoleWorld, type Locale, startConsole } from '../support/console';

let world: ConsoleWorld;
let stopWorker: (() => Promise<void>) | undefined;

beforeAll(async () => {
  world = await startConsole({}, { worker: false });
});
afterAll(async () => {
  await stopWorker?.();
  await world.stop();
});
afterEach(() => expect(world.faults).toEqual([]));

const WARNING: Record<Locale, string> = {
  'zh-CN': '后台处理程序未运行',
  en: 'No worker is running',
};

test('staff see on every page that no worker runs, in their language, until one does', async () => {
  const pages = await Promise.all(
    (['zh-CN', 'en'] as const).map(async (locale) => {
      const page = await world.open({ locale });
      await world.signIn(page, await world.person(locale === 'en' ? 'finance' : 'admin'));
      return { page, banner: page.getByRole('alert').filter({ hasText: WARNING[locale] }), locale };
    }),
  );
  for (const { page, banner, locale } of pages) {
    await banner.waitFor();
    expect(await banner.getByRole('link').count()).toBe(locale === 'en' ? 0 : 1);
    await page.locator('.shell-head').locator('..').locator('a[href="/orders"]').first().click();
    await page.waitForURL('**/orders*');
    await banner.waitFor();
  }
  stopWorker = await startWorker(world.api.context);
  for (const { banner } of pages) await banner.waitFor({ state: 'hidden' });
});

test('a distributor, who can do nothing about it, does not see it', async () => {
  const page = await world.open();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const distributorId = await makeDistributor(world.api.context);
  await world.signIn(page, await world.person('distributor', { distributorId }));
  await page.locator('main h1').waitFor();
  expect(asked).not.toContain('/v1/system/processing');
});
