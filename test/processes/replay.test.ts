import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { kinds, processKinds } from '../../domain/kinds';
import * as workflows from '../../workflows';
import { decodeHistory } from '../support/histories';
import '../support/runtime';

const folder = path.join(__dirname, '..', 'histories');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

const read = (name: string) =>
  decodeHistory(JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')));

/** How the replay of each history failed, by its name. */
async function failures(
  workflowBundle: { codePath: string } | { code: string },
  which = names,
): Promise<Record<string, string>> {
  const failed: Record<string, string> = {};
  const histories = which.map((name) => ({ workflowId: name, history: read(name) }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (error) failed[workflowId] = error.name;
  }
  return failed;
}

test('workflows recorded from earlier versions go on with the present code', async () => {
  expect(await failures({ codePath: process.env.TEST_WORKFLOW_BUNDLE as string })).toEqual({});
});

test('each workflow has a recorded history', () => {
  const recorded = new Set(names.map((name) => name.split('-')[0]));
  expect([...recorded].sort()).toEqual(Object.keys(workflows).sort());
});

/** What a recorded workflow was started with. */
const inputOf = (name: string) => {
  const payload = read(name).events![0]!.workflowExecutionStartedEventAttributes!.input?.payloads?.[0];
  return payload && JSON.parse(Buffer.from(payload.data!).toString());
};

// Replay does not compare what a run was started with, so one of each is recorded as they are started at present.
test.each(processKinds)('the process %s has a history that was started with the present input', (kind) => {
  const recorded = names.filter((name) => name.startsWith(`${kinds[kind].workflow}-`));
  const input = kind === 'return' ? [expect.any(String), expect.any(String)] : expect.any(String);
  expect(recorded.map(inputOf)).toContainEqual(expect.objectContaining({ id: input }));
});

test('a missing step in a running workflow is noticed', async () => {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../support/changedWorkflows'),
    logger: new DefaultLogger('ERROR'),
  });
  expect(await failures({ code }, ['release-approved'])).toEqual({
    'release-approved': 'DeterminismViolationError',
  });
});

test('no machine, person or secret is in a recorded history', () => {
  for (const name of names) {
    const text = readFileSync(path.join(folder, `${name}.json`), 'utf8');
    const payloads = [...text.matchAll(/"data": "([^"]+)"/g)].map(([, data]) =>
      Buffer.from(data as string, 'base64').toString('utf8'),
    );
    const machine = /\/(home|root|work|tmp|Users)\/|\b\d+@[\w.-]+|localhost|127\.0\.0\.1/g;
    expect([name, ...[text, ...payloads].join('\n').matchAll(machine)].flat()).toEqual([name]);
    for (const [, address] of payloads.join('\n').matchAll(/[\w.]+@([\w.]+)/g))
      expect(address).toBe('example.com');
  }
});
