import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** An `npm start` of its own. */
export interface SampleProcess {
  /** Waits until there is an answer. @throws Error with the last output when the process ends before that */
  until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 600_000;

/** Starts all of Tributary as `npm start` does, with these settings. */
export function startProcess(settings: Record<string, string>): SampleProcess {
  const output: string[] = [];
  const child = spawn(process.execPath, ['--import', 'tsx', 'embedded/start.ts'], {
    cwd: path.join(__dirname, '..', '..'),
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => output.push(data.toString()));
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    async until(ask) {
      for (const begun = Date.now(); Date.now() - begun < PATIENCE_MS; await wait(250)) {
        const answer = await ask();
        if (answer !== undefined) return answer;
        if (child.exitCode !== null) throw new Error(`it did not start:\n${output.join('').slice(-3000)}`);
      }
      throw new Error(`it took too long:\n${output.join('').slice(-3000)}`);
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGINT');
      await ended;
    },
  };
}
