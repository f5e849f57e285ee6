import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

const { deliverMail } = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10m' },
});

/** Sends one queued mail that belongs to no other process, such as a user's one-time link. */
export function mail({ key }: { key: string }): Promise<'sent' | 'undeliverable'> {
  return deliverMail(key);
}
