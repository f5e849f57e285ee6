import type { BenchServers } from './servers';

/** Amount of work of a bench. */
export interface Effort {
  /** Smoke run: checks that the bench works; its figures are not meaningful. */
  quick: boolean;
}

/** One line of the results. */
export interface Result {
  /** Name of the measurement. */
  measured: string;
  /** Our figure, with unit and spread. */
  ours: string;
  /** The baseline figure; undefined if the aim is a fixed limit. */
  baseline?: string;
  /** Ours against the baseline, with spread. */
  ratio?: string;
  /** Target of the project. */
  aim: string;
}

export interface Bench {
  /** One sentence for the docs: what is compared with what. */
  description: string;
  run(servers: BenchServers, effort: Effort): Promise<Result[]>;
}
