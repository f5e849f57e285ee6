import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

/** Quiet, and without what a test never needs. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PACKAGES = ['chromium', 'fonts-noto-cjk'];

const HELP = `No Chromium was found. One of these helps:
  set CHROMIUM_PATH to the program of a Chromium, Chrome or Edge;
  install chromium or google-chrome, so that it is on the PATH;
  run "npx playwright-core install chromium" where its download can be reached;
  on Debian or Ubuntu, as root: apt-get install ${PACKAGES.join(' ')}`;

/** There is no browser to test with. */
export class NoChromiumError extends Error {
  override name = 'NoChromiumError';
}

/**
 * Finds a Chromium: the one of `CHROMIUM_PATH`, one on the PATH, Playwright's own, and else, as root on Debian,
 * the one of its package, which it installs and says so.
 * @returns path of the program
 * @throws NoChromiumError where there is none; it says what helps
 */
export function findChromium(say: (line: string) => void = console.error): string {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!isProgram(given)) throw new NoChromiumError(`CHROMIUM_PATH is no program: ${given}`);
    return given;
  }
  const found = onPath() ?? playwrights();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`No browser was found: installing ${PACKAGES.join(' and ')} with apt-get, about a minute`);
    install();
    const installed = onPath();
    if (installed) return installed;
  }
  throw new NoChromiumError(HELP);
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find(isProgram);
}

function playwrights(): string | undefined {
  const own = chromium.executablePath();
  return own && isProgram(own) ? own : undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: string[]) => spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  const attempt = () => run('install', '-y', '--no-install-recommends', ...PACKAGES);
  // Most often the lists of packages are only too old.
  const first = attempt();
  if (first.status === 0) return;
  run('update');
  const second = attempt();
  if (second.status !== 0) throw new NoChromiumError(`apt-get failed: ${second.stderr.trim()}\n${HELP}`);
}

/** A running browser. `close` it, or the test run waits for it. */
export interface Chromium {
  readonly version: string;
  /** A window of its own, with no cookies of another. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Starts a headless Chromium with a profile of its own. */
export async function startChromium(say?: (line: string) => void): Promise<Chromium> {
  const executablePath = findChromium(say);
  const home = mkdtempSync(path.join(os.tmpdir(), 'tributary-chromium-'));
  let browser: Browser;
  try {
    browser = await chromium.launch({
      executablePath,
      headless: true,
      args: FLAGS,
      // Some builds write settings beside the profile.
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    });
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  return {
    version: browser.version(),
    newContext: (options) => browser.newContext(options),
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Whether the machine has a font for Chinese; without one texts are boxes on screenshots. */
export function hasChineseFont(): boolean {
  try {
    return execFileSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' }).trim() !== '';
  } catch {
    // Where there is no fontconfig, as on macOS and Windows, there is such a font.
    return process.platform !== 'linux';
  }
}
