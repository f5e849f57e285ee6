import type { BenchServers } from './servers';

/** How much work a bench does. */
export interface Effort {
  /** Smoke run: proves that the bench works; its figures mean nothing. */
  quick: boolean;
}

/** One line of the results. */
export interface Result {
  /** What was measured, in words. */
  measured: string;
  /** The figure of our code, with unit and spread. */
  ours: string;
  /** The figure it is compared with; left out where the aim is a plain bound. */
  baseline?: string;
  /** Ours against the baseline, with spread. */
  ratio?: string;
  /** What the project promises itself. */
  aim: string;
}

export interface Bench {
  /** One sentence for the docs: what runs against what. */
  description: string;
  run(servers: BenchServers, effort: Effort): Promise<Result[]>;
}
