import { readdirSync, readFileSync } from 'node:fs';
import { short, spread } from './rounds';

/** Processor time in milliseconds, by the process that used it. */
export type ProcessorTime = Record<string, number>;

/** Linux counts processor time in hundredths of a second, regardless of the kernel clock. */
const MS_PER_TICK = 10;

/**
 * Reads the processor time of this process, as `client`, and of others.
 * @param pids processes by name, including their running and ended children
 * @returns undefined on systems other than Linux
 */
export function processorTime(pids: Record<string, number>): ProcessorTime | undefined {
  if (process.platform !== 'linux') return undefined;
  const { user, system } = process.cpuUsage();
  const all = readProcesses();
  const withChildren = (pid: number): number => {
    const own = all.get(pid)?.ms ?? 0;
    const children = [...all].filter(([, { parent }]) => parent === pid);
    return own + children.reduce((sum, [child]) => sum + withChildren(child), 0);
  };
  return {
    client: (user + system) / 1000,
    ...Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, withChildren(pid)])),
  };
}

function readProcesses(): Map<number, { parent: number; ms: number }> {
  const all = new Map<number, { parent: number; ms: number }>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // The name, in brackets, can contain anything; numbers follow. See proc_pid_stat(5).
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + field, 0);
      all.set(Number(pid), { parent: fields[1]!, ms: ticks * MS_PER_TICK });
    } catch {
      // The process has ended in the meantime.
    }
  }
  return all;
}

/** Processor time between two readings, per piece of work. */
export function timePerPiece(before: ProcessorTime, after: ProcessorTime, pieces: number): ProcessorTime {
  return Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / pieces]),
  );
}

/** Median of each process, such as `client 6.10, temporal 46.0, 52.1 in all`. */
export function showTimes(times: ProcessorTime[]): string {
  const medians = Object.keys(times[0] ?? {}).map(
    (name) => `${name} ${short(spread(times.map((time) => time[name]!)).median)}`,
  );
  return `${medians.join(', ')}; ${short(spread(times.map(total)).median)} in all`;
}

/** Total processor time of all processes. */
export function total(time: ProcessorTime): number {
  return Object.values(time).reduce((sum, ms) => sum + ms, 0);
}
