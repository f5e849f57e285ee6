import type { Text } from '../../locale/locale';

/** Texts of payout batches. */
export const PAYOUT = {
  one: { zh: '打款批次', en: 'Payout batch' },
  count: { zh: '笔数', en: 'Withdrawals' },
  paid: { zh: '已打款', en: 'Paid' },
  failed: { zh: '失败', en: 'Failed' },
  createdBy: { zh: '创建人', en: 'Created by' },
  createdAt: { zh: '创建时间', en: 'Created' },
  fetchedAt: { zh: '文件首次下载', en: 'File first downloaded' },
  settledAt: { zh: '确认时间', en: 'Confirmed' },
  toConfirm: { zh: '待确认', en: 'To confirm' },
} satisfies Record<string, Text>;

/** State of a batch for display: an open batch waits for confirmation, unlike an open order. */
export const payoutState = (state: string): string => (state === 'open' ? 'to_confirm' : state);
