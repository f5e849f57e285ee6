import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { answered, type ConsoleWorld, confirm, type Person, startConsole } from '../support/console';
import { eventually } from '../support/eventually';
import { addDistributor, credit } from '../support/payouts';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole();
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

const pool = () => world.api.context.pool;

/** A line to the API that can be cut, as when the server restarts. */
async function startLine(): Promise<{ url: string; cut(): void; mend(): Promise<void>; stop(): void }> {
  const target = new URL(world.api.url);
  const sockets = new Set<Socket>();
  const listen = (port: number) =>
    new Promise<Server>((resolve) => {
      const server = createServer((socket) => {
        const upstream = connect(Number(target.port), target.hostname);
        for (const [from, to] of [
          [socket, upstream],
          [upstream, socket],
        ] as const) {
          sockets.add(from);
          from.on('error', () => {}).on('close', () => to.destroy());
          from.pipe(to);
        }
      });
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await listen(0);
  const { port } = server.address() as { port: number };
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    mend: async () => {
      server = await listen(port);
    },
    stop: cut,
  };
}

async function openDistributor(page: Page, url = world.api.url): Promise<string> {
  const id = await addDistributor(pool());
  await page.goto(`${url}/distributors/${id}`);
  await page.getByLabel('Write a note; @ mentions a colleague').waitFor();
  await answered(page);
  return id;
}

/** The field is emptied once the note is kept. */
const EMPTY_NOTE = 'textarea:placeholder-shown';

const notesOf = async (id: string) =>
  (await pool().query('SELECT body FROM notes WHERE subject = $1', [`distributor/${id}`])).rows.map(
    ({ body }) => body,
  );

const endSessions = (person: Person) =>
  pool().query('UPDATE sessions SET ended_at = now() WHERE user_id = $1', [person.id]);

/** Signs in again in the dialog over the page. */
async function signInOver(page: Page, person: Person): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Your session has expired; sign in again').waitFor();
  await dialog.locator('input[autocomplete="username"]').fill(person.email);
  await dialog.locator('input[autocomplete="current-password"]').fill(person.password);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
}

async function pressSignOut(page: Page, person: Person): Promise<void> {
  await page.locator('.shell-head').getByRole('button', { name: person.name }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
}

test('a session that ends in the middle of a form asks to sign in over it, and nothing typed is lost', async () => {
  const person = await world.person('operator');
  const page = await world.open();
  await world.signIn(page, person);
  const id = await openDistributor(page);
  await page.getByLabel('Write a note; @ mentions a colleague').fill('half a thought');
  await endSessions(person);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await signInOver(page, person);
  await page.locator(EMPTY_NOTE).waitFor();
  expect(await notesOf(id)).toEqual(['half a thought']);
});

test('a refusal that arrives after the new sign-in does not ask again: the request is retried', async () => {
  const person = await world.person('operator');
  const page = await world.open();
  await world.signIn(page, person);
  await openDistributor(page);
  const answers: number[] = [];
  let arrive = () => {};
  const late = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route('**/v1/orders?*', async (route) => {
    const response = await route.fetch();
    answers.push(response.status());
    if (response.status() === 401) await late;
    await route.fulfill({ response });
  });
  await endSessions(person);
  // The other requests of the page are answered at once.
  await page.getByRole('link', { name: 'Orders', exact: true }).click();
  await signInOver(page, person);
  arrive();
  await eventually('the orders are asked for again', () => answers.length === 2);
  await answered(page);
  expect(answers).toEqual([401, 200]);
  expect(await page.getByRole('dialog').isVisible()).toBe(false);
});

test.each([
  ['after work', () => Promise.resolve()],
  ['after the session expired', endSessions],
])('signing out %s leads to the sign-in page, and going back shows nothing', async (_when, before) => {
  const person = await world.person('operator');
  const page = await world.open();
  await world.signIn(page, person);
  await openDistributor(page);
  await before(person);
  await pressSignOut(page, person);
  await page.waitForURL('**/sign-in');
  await page.goBack();
  await page.waitForURL('**/sign-in?to=*');
});

test('a page that is open while the server restarts keeps what is typed, and goes on', async () => {
  const line = await startLine();
  const person = await world.person('operator');
  const page = await world.open();
  await page.goto(`${line.url}/sign-in`);
  await page.locator('input[autocomplete="username"]').fill(person.email);
  await page.locator('input[autocomplete="current-password"]').fill(person.password);
  await page.keyboard.press('Enter');
  await page.locator('.shell-head').waitFor();
  const id = await openDistributor(page, line.url);
  const note = page.getByLabel('Write a note; @ mentions a colleague');
  await note.fill('typed before');
  line.cut();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'nothing you entered is lost' }).waitFor();
  await pressSignOut(page, person);
  await page.locator('.ant-message-error').waitFor();
  expect(await note.inputValue()).toBe('typed before');
  await line.mend();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator(EMPTY_NOTE).waitFor();
  expect(await notesOf(id)).toEqual(['typed before']);
  line.stop();
});

/** Lets the first POST there be carried out, and its answer never arrive. */
async function loseAnswer(page: Page, address: string): Promise<void> {
  let lost = false;
  await page.route(address, async (route) => {
    if (route.request().method() !== 'POST' || lost) return route.continue();
    lost = true;
    expect((await route.fetch()).status()).toBe(201);
    return route.abort('connectionreset');
  });
}

test('a note whose answer is lost is kept once when it is sent again, and may be written a second time', async () => {
  const page = await world.open();
  await world.signIn(page, await world.person('operator'));
  const id = await openDistributor(page);
  await loseAnswer(page, '**/v1/notes');
  const note = page.getByLabel('Write a note; @ mentions a colleague');
  const add = page.getByRole('button', { name: 'Add', exact: true });
  await note.fill('called');
  await add.click();
  await page.getByRole('alert').filter({ hasText: 'nothing you entered is lost' }).waitFor();
  await add.click();
  await page.locator(EMPTY_NOTE).waitFor();
  expect(await notesOf(id)).toEqual(['called']);
  await note.fill('called');
  await add.click();
  await page.locator(EMPTY_NOTE).waitFor();
  expect(await notesOf(id)).toEqual(['called', 'called']);
});

test.each(['pressed again', 'given up'])(
  'a withdrawal whose answer is lost and that is %s happens once',
  async (then) => {
    const distributorId = await addDistributor(pool());
    await credit(pool(), distributorId, 5000);
    const page = await world.open({ width: 390, height: 844 });
    await world.signIn(page, await world.person('distributor', { distributorId }));
    await page.goto(`${world.api.url}/my-withdrawals`);
    await loseAnswer(page, '**/v1/withdrawals');
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount').fill('20');
    await dialog.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'nothing you entered is lost' }).waitFor();
    if (then === 'pressed again') await confirm(page, 'Withdraw');
    else await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.own-list > li', { hasText: '20.00' }).waitFor();
    await page.getByLabel('CNY').getByText('30.00').waitFor();
    const { rows } = await pool().query('SELECT amount FROM withdrawals WHERE distributor_id = $1', [
      distributorId,
    ]);
    expect(rows).toEqual([{ amount: 2000 }]);
  },
);

test('an address without the right says so, and shows nothing', async () => {
  const page = await world.open();
  await world.signIn(page, await world.person('operator'));
  await page.goto(`${world.api.url}/commission-releases`);
  await page.getByText('You do not have permission to view or do this').waitFor();
  await page.goto(`${world.api.url}/users`);
  await page.getByText('You do not have permission to view or do this').waitFor();
  expect(await page.locator('tbody tr.ant-table-row').count()).toBe(0);
});

test('of two people who act on the same withdrawal at once, the second learns who decided', async () => {
  const distributorId = await addDistributor(pool());
  await credit(pool(), distributorId, 5000);
  const key = await world.api.keyFor('finance');
  const asked = await world.api.call('POST', '/v1/withdrawals', {
    key,
    body: { distributorId, amount: { amount: 5000, currency: 'CNY' } },
  });
  const address = `${world.api.url}/withdrawals/${asked.body.id}`;
  const [ann, ben] = [await world.open(), await world.open()];
  await world.signIn(ann, await world.person('finance', { name: 'Ann' }));
  await world.signIn(ben, await world.person('finance', { name: 'Ben' }));
  await ann.goto(address);
  await ben.goto(address);
  await ben.getByRole('button', { name: /^Reject/ }).click();
  await ben.getByRole('dialog').getByLabel('Reason').fill('unknown account');
  await ann.getByRole('button', { name: /^Approve/ }).click();
  await confirm(ann, 'Approve');
  // What Ben has typed stays, also when the page has refreshed automatically.
  await ben.locator('.ant-tag', { hasText: 'Approved' }).first().waitFor();
  await ben.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  await ben.getByRole('alert').filter({ hasText: 'Ann' }).waitFor();
  const { rows } = await pool().query('SELECT state FROM withdrawals WHERE id = $1', [asked.body.id]);
  expect(rows).toEqual([{ state: 'approved' }]);
});

test('what is loaded before any page is max 400 KB of compressed JavaScript', () => {
  const dist = path.join(__dirname, '..', '..', 'console', 'dist');
  const files = readFileSync(path.join(dist, 'index.html'), 'utf8').match(/\/assets\/[^"]+\.js/g) ?? [];
  const sizes = files.map((file) => gzipSync(readFileSync(path.join(dist, file))).length);
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(400_000);
});

test('scripts and styles are sent compressed to browsers that accept it, with the same content', async () => {
  const page = await (await fetch(`${world.api.url}/sign-in`)).text();
  const files = page.match(/\/assets\/[^"]+\.(js|css)/g) ?? [];
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const get = (encodings: string) =>
      fetch(world.api.url + file, { headers: { 'Accept-Encoding': encodings } });
    const answers = await Promise.all(['identity', 'gzip', 'gzip, deflate, br'].map(get));
    expect(answers.map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip', 'br']);
    expect(new Set(answers.map(({ headers }) => headers.get('content-type'))).size).toBe(1);
    expect(answers.map(({ headers }) => headers.get('vary'))).toEqual(Array(3).fill('Accept-Encoding'));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
  }
});
