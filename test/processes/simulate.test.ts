import { simulate } from '../../simulate/run';

// As little as shows every kind of step; `npm run simulate` plays longer stories.
it('money, states and workflows are as the model says after a random story', async () => {
  const { problems } = await simulate({ seed: 2, steps: 180, kills: false, patienceMs: 30_000 });
  expect(problems).toEqual([]);
});

it('and also where worker, API, Temporal and PostgreSQL are killed in the middle of it', async () => {
  const { problems, kills } = await simulate({ seed: 3, steps: 240, kills: true, patienceMs: 60_000 });
  expect(problems).toEqual([]);
  expect(kills).toEqual({ worker: 1, api: 1, temporal: 1, postgres: 1 });
});
