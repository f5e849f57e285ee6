import { parseArgs } from 'node:util';
import { simulate } from './run';

const usage = `npm run simulate -- --seed 7 --minutes 5     plays the story of seed 7 for five minutes
npm run simulate -- --seed 7 --steps 400    its first 400 steps, the same ones each time
  --no-kills                                nothing is killed`;

/** What is overdue is looked at after two minutes, and a provider is asked after pauses that grow. */
const PATIENCE_MS = 180_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      steps: { type: 'string' },
      kills: { type: 'boolean', default: true },
    },
  });
  const [seed, minutes, steps] = [values.seed, values.minutes, values.steps].map((text) =>
    Number(text ?? Number.NaN),
  );
  if (!Number.isInteger(seed) || (values.minutes === undefined && values.steps === undefined)) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const report = await simulate({
    ...{ seed: seed!, kills: values.kills, patienceMs: PATIENCE_MS, log: console.log },
    steps: Number.isNaN(steps) ? Number.POSITIVE_INFINITY : steps!,
    ...(!Number.isNaN(minutes) && { withinMs: minutes! * 60_000 }),
  });
  const { problems, counts, kills, seconds, workflows, transfers, mended, endedAlone, folder } = report;
  console.log(
    `seed ${seed}: ${report.steps} steps in ${seconds.story.toFixed(0)} s, ${(report.steps / seconds.story).toFixed(1)} a second, and ${seconds.settling.toFixed(0)} s until all had come to its end`,
  );
  console.log(
    `steps: ${Object.entries(counts)
      .map(([type, count]) => `${type} ${count}`)
      .join(', ')}`,
  );
  console.log(
    `killed: ${Object.entries(kills)
      .map(([part, count]) => `${part} ${count}`)
      .join(', ')}`,
  );
  console.log(`${workflows} workflows and ${transfers} transfers`);
  for (const text of mended) console.log(`mended by comparing rows and workflows: ${text}`);
  for (const text of endedAlone) console.log(`ended by itself: ${text}`);
  for (const { about, text, steps: own } of problems)
    console.log(`PROBLEM ${about}: ${text}${own.length ? ` (steps ${own.join(', ')})` : ''}`);
  if (problems.length === 0) return console.log('no problem found');
  console.log(`logs and databases: ${folder}`);
  const again = values.kills ? '' : ' --no-kills';
  console.log(`again: npm run simulate -- --seed ${seed} --steps ${report.steps}${again}`);
  process.exitCode = 1;
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
