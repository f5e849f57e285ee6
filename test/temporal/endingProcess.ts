import { condition, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import { approveRelease } from '../../workflows/release';

const { mayAnswer } = proxyLocalActivities<{ mayAnswer(id: string): Promise<boolean> }>({
  startToCloseTimeout: '10s',
});

/** A release run whose process ends with a message unanswered, as long as `mayAnswer` says no. */
export async function release({ id }: { id: string }): Promise<void> {
  let over = false;
  setHandler(approveRelease, async () => {
    const answers = await mayAnswer(id);
    over = true;
    if (!answers) await condition(() => false);
    return 'approved' as const;
  });
  await condition(() => over);
}
