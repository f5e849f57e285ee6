import type { Disagreement } from '../../database/findings';
import { kinds, type ProcessKind, pageOfSubject, parseSubject } from '../../domain/kinds';
import { needsReturn, type OrderEvent } from '../../domain/order';
import { discardPath } from '../routes/order/unapplied';

/** A text in both languages of the console. */
export interface Words {
  zh: string;
  en: string;
}

/** Kinds of stuck work of each process, and after how long, as a PostgreSQL interval. */
const stuckOf = {
  application: { application_waits: '3 days', changes_overdue: '10 minutes' },
  account_change: {
    account_change_waits: '3 days',
    account_change_unconfirmed: '7 days',
    account_change_not_applied: '10 minutes',
  },
  credential: { renewal_waits: '3 days', reminder_not_sent: '1 day' },
  order: {
    order_not_recorded: '5 minutes',
    window_not_closed: '10 minutes',
    event_waiting: '1 day',
    event_refused: '0',
  },
  return: { return_undecided: '14 days' },
  release: { release_running: '1 hour', restriction_over: '30 minutes' },
  withdrawal: { withdrawal_paying: '3 days' },
  payout: { payout_unconfirmed: '3 days' },
  mail: { mail_undeliverable: '0' },
  bulk: { bulk_running: '1 hour' },
} as const satisfies Record<ProcessKind, Record<string, string>>;

type ReasonOf<K extends ProcessKind> = K extends ProcessKind ? keyof (typeof stuckOf)[K] : never;

/** Kinds of stuck work of any process. */
const stuckOfAny = {
  failing_activity: '0',
  workflow_missing: '0',
  workflow_needless: '0',
  workflow_overdue: '0',
  workflow_ahead: '0',
} as const satisfies Record<`workflow_${Disagreement}` | 'failing_activity', string>;

/** Kind of stuck work. */
export type StuckKind = keyof typeof stuckOfAny | ReasonOf<ProcessKind>;

/** Time after which work of each kind is stuck. */
export const stuckAfter: Readonly<Record<StuckKind, string>> = Object.assign(
  {},
  stuckOfAny,
  ...Object.values(stuckOf),
);

/** All kinds of stuck work. */
export const stuckKinds = Object.keys(stuckAfter) as [StuckKind, ...StuckKind[]];

/** Facts of a piece of stuck work. */
export interface StuckFacts {
  kind: StuckKind;
  /** Its subject: `order/<number>`; for an email the subject of the email. */
  subject: string;
  /** For failing activities: name, attempts and error. */
  activity?: { type: string; attempt: number; error: string };
  /** For an email: its key, and the error of the mail server. */
  mail?: { key: string; error: string };
  /** For an event that got 202: what it says, and why it is refused. */
  event?: { orderId: string; key: string; type: OrderEvent['type'] | 'paid'; message: string };
}

/** An action the user can take immediately. */
export interface StuckAction {
  /** Resend an email, or discard an event of an order, which needs a reason. */
  name: 'resend' | 'discard';
  method: 'POST';
  path: string;
  /** What the body has to hold, besides what the person is asked for. */
  body?: Record<string, string>;
}

/** Problem, remedy and page. */
export interface StuckAdvice {
  what: Words;
  remedy: Words;
  /** The page of the console. */
  href: string;
  actions: StuckAction[];
}

/** The page of the console about stuck work; the undeliverable emails where the subject of one has no process. */
function pageOf({ kind, subject }: StuckFacts): string {
  const about = parseSubject(subject)?.kind;
  const hasPage = about && (kinds[about].workflow || kind !== 'mail_undeliverable');
  return (hasPage && pageOfSubject(subject)) || '/mails?state=undeliverable';
}

/** Returns the problem of a piece of stuck work and what to do. */
export function adviseOnStuck(facts: StuckFacts): StuckAdvice {
  const { mail, event } = facts;
  const actions: StuckAction[] = [];
  if (mail)
    actions.push({
      name: 'resend',
      method: 'POST',
      path: `/v1/mails/${encodeURIComponent(mail.key)}/resend`,
    });
  if (event)
    actions.push({
      name: 'discard',
      method: 'POST',
      path: discardPath(event.orderId),
      body: { key: event.key },
    });
  const { what, remedy } = words(facts);
  return { what, remedy, href: pageOf(facts), actions };
}

/** What an event says, as a sentence goes on after it. */
const EVENTS: Record<OrderEvent['type'] | 'paid', Words> = {
  paid: { zh: '订单', en: 'An order' },
  shipped: { zh: '发货', en: 'A shipment' },
  delivered: { zh: '签收', en: 'A delivery' },
  canceled: { zh: '取消', en: 'A cancelation' },
  return_requested: { zh: '退货申请', en: 'A return request' },
  return_refunded: { zh: '退款', en: 'A refund' },
  return_rejected: { zh: '拒绝退货', en: 'The rejection of a return' },
};

function words({ kind, activity, mail, event }: StuckFacts): { what: Words; remedy: Words } {
  const label = event && EVENTS[event.type];
  const needs =
    event && needsReturn(event) ? { zh: '订单或退货', en: 'order or return' } : { zh: '订单', en: 'order' };
  switch (kind) {
    case 'failing_activity':
      return {
        what: {
          zh: `步骤 ${activity?.type} 已失败 ${activity?.attempt} 次：${activity?.error}`,
          en: `The step ${activity?.type} has failed ${activity?.attempt} times: ${activity?.error}`,
        },
        remedy: {
          zh: '系统会自动继续重试。请检查它所依赖的服务（数据库、邮件服务器、打款服务商）；若一小时后仍失败，请把本行交给工程师。',
          en: 'It is retried automatically. Check the server it depends on (database, mail server, payout provider). If it still fails after an hour, send this line to an engineer.',
        },
      };
    case 'workflow_missing':
      return {
        what: {
          zh: '数据库中仍未结束，但没有流程在处理，自动重启也未成功',
          en: 'It is open in the database, but no workflow handles it, and starting one did not help',
        },
        remedy: {
          zh: '检查后台处理程序是否在运行，以及本页是否有其反复失败的步骤。请工程师查看后台日志，并执行 npm run recover -- --check。',
          en: 'Check that workers are running, and whether a step of it is listed here as failing. Ask an engineer to read the log of the workers and to run npm run recover -- --check.',
        },
      };
    case 'workflow_needless':
      return {
        what: {
          zh: '数据库中已结束，但流程仍在等待，自动通知后仍未结束',
          en: 'It is finished in the database, but its workflow still waits, and asking it to look did not help',
        },
        remedy: {
          zh: '资金和状态以数据库为准，不受影响。检查后台处理程序是否在运行；若仍不结束，请工程师在 Temporal 中终止该流程。',
          en: 'Money and state are right in the database and not affected. Check that workers are running. If it stays, ask an engineer to terminate the workflow in Temporal.',
        },
      };
    case 'workflow_overdue':
      return {
        what: {
          zh: '到时应自动执行的步骤没有执行，自动通知后仍未执行',
          en: 'A step was due automatically and did not happen, and asking its workflow to look did not help',
        },
        remedy: {
          zh: '打开该页面查看它在等待什么。检查后台处理程序是否在运行，以及本页是否有其反复失败的步骤；否则请工程师查看该流程。',
          en: 'Open it to see what it waits for. Check that workers are running, and whether a step of it is listed here as failing; otherwise ask an engineer to look at its workflow.',
        },
      };
    case 'workflow_ahead':
      return {
        what: {
          zh: '流程的进度比数据库新：数据库可能由较早的备份恢复。系统不会自动处理',
          en: 'The workflow is ahead of the database, which was probably restored from an older copy. Nothing is done automatically',
        },
        remedy: {
          zh: '付款前先核对银行回单；请商城重新发送此后的订单和事件（重复发送不会重复记账）。随后请工程师按运维文档“Ahead”一节处理。',
          en: 'Compare with the bank statement before anything is paid, and have the shop send its orders and events since then again (repeats change nothing). Then ask an engineer to continue as in section “Ahead” of the operations page.',
        },
      };
    case 'application_waits':
      return {
        what: {
          zh: '申请等待审核已超过 3 天',
          en: 'An application has waited over 3 days for review',
        },
        remedy: {
          zh: '打开申请，批准、驳回或要求补充材料。',
          en: 'Open the application and approve it, reject it or request changes.',
        },
      };
    case 'changes_overdue':
      return {
        what: {
          zh: '补充材料的期限已过，但申请没有自动撤回',
          en: 'The deadline for changes has passed, but the application was not withdrawn',
        },
        remedy: {
          zh: '检查后台处理程序是否在运行；若流程丢失，请工程师执行 npm run recover。',
          en: 'Check that workers are running. If the process was lost, ask an engineer to run npm run recover.',
        },
      };
    case 'account_change_waits':
      return {
        what: {
          zh: '资料变更等待审核已超过 3 天',
          en: 'An account change has waited over 3 days for review',
        },
        remedy: {
          zh: '打开资料变更，批准或驳回。在此之前，原资料继续有效。',
          en: 'Open the account change and approve or reject it. Until then the previous data stays in effect.',
        },
      };
    case 'account_change_unconfirmed':
      return {
        what: {
          zh: '已批准的资料变更超过 7 天未确认',
          en: 'An approved account change has not been confirmed for over 7 days',
        },
        remedy: {
          zh: '收款账户须由另一位同事确认；新邮箱须由分销商打开确认邮件中的链接。若不再需要，请取消。',
          en: 'A bank account needs a second person; a new email address needs its holder to open the link in the email. Cancel the change if it is no longer needed.',
        },
      };
    case 'account_change_not_applied':
      return {
        what: {
          zh: '资料变更的等待期已过，但没有生效',
          en: 'The waiting period of an account change is over, but it is not in effect',
        },
        remedy: {
          zh: '原资料仍然有效。检查后台处理程序是否在运行；若流程丢失，请工程师执行 npm run recover。',
          en: 'The previous data is still in effect. Check that workers are running. If the process was lost, ask an engineer to run npm run recover.',
        },
      };
    case 'renewal_waits':
      return {
        what: { zh: '资质续期等待审核已超过 3 天', en: 'A renewal has waited over 3 days for review' },
        remedy: {
          zh: '打开资质，通过或拒绝续期。',
          en: 'Open the credential and accept or refuse the renewal.',
        },
      };
    case 'reminder_not_sent':
      return {
        what: {
          zh: '资质已到期，但没有发出最后一次提醒',
          en: 'A credential has expired, and its last reminder was not sent',
        },
        remedy: {
          zh: '检查后台处理程序是否在运行；若流程丢失，请工程师执行 npm run recover。',
          en: 'Check that workers are running. If the process was lost, ask an engineer to run npm run recover.',
        },
      };
    case 'order_not_recorded':
      return {
        what: {
          zh: '订单已接收超过 5 分钟，仍未入账',
          en: 'An order was accepted over 5 minutes ago and is not recorded yet',
        },
        remedy: {
          zh: '检查后台处理程序和 Temporal 是否在运行；之后订单会自动入账。若没有，请工程师执行 npm run recover。',
          en: 'Check that workers and Temporal are running; the order is then recorded automatically. If not, ask an engineer to run npm run recover.',
        },
      };
    case 'window_not_closed':
      return {
        what: {
          zh: '退货期已结束，但订单行没有关闭',
          en: 'A return window has ended, but its order line was not closed',
        },
        remedy: {
          zh: '佣金因此尚未到期。检查后台处理程序是否在运行；若流程丢失，请工程师执行 npm run recover。',
          en: 'Therefore its commissions are not due. Check that workers are running. If the process was lost, ask an engineer to run npm run recover.',
        },
      };
    case 'event_waiting':
      return {
        what: {
          zh: `${label?.zh}事件等待其${needs.zh}已超过 1 天`,
          en: `${label?.en} has waited for its ${needs.en} for over a day`,
        },
        remedy: {
          zh: `请核对单号，并从商城补发该${needs.zh}，事件随后会自动生效；若已有，请重新发送此事件；若不会再来，请舍弃此事件。`,
          en: `Check the number and send the ${needs.en} from the shop: the event is then applied automatically. If it exists already, send the event again; if it will never arrive, discard the event.`,
        },
      };
    case 'event_refused':
      return {
        what: {
          zh: `${label?.zh}已接收，但未生效：${event?.message}`,
          en: `${label?.en} was accepted and later refused: ${event?.message}`,
        },
        remedy: {
          zh: '与商城核对。更正后重新发送；若无需处理，请舍弃。',
          en: 'Compare it with the shop. Send it again with corrections, or discard it if there is nothing to do.',
        },
      };
    case 'return_undecided':
      return {
        what: { zh: '退货申请超过 14 天未处理', en: 'A return has not been decided for over 14 days' },
        remedy: {
          zh: '请在商城中退款或拒绝；在此之前退货期暂停，佣金不会结算。',
          en: 'Refund or reject the return in the shop. Until then the return window is paused and its commissions are not released.',
        },
      };
    case 'release_running':
      return {
        what: { zh: '结算批次已运行超过 1 小时', en: 'A release run has been running for over an hour' },
        remedy: {
          zh: '打开批次查看进度；若没有进展，检查后台处理程序。重启后会从中断处继续，不会重复结算。',
          en: 'Open the run to see its progress. If there is none, check the workers. After a restart the run continues where it stopped and releases nothing twice.',
        },
      };
    case 'restriction_over':
      return {
        what: {
          zh: '限制到期已超过 30 分钟，期间暂缓的佣金仍未结算',
          en: 'A restriction ended over 30 minutes ago, but what it kept back is not released yet',
        },
        remedy: {
          zh: '检查后台处理程序和 Temporal 是否在运行；定时任务 reconcile 每五分钟会自动结算。若没有，请工程师查看该任务。',
          en: 'Check that workers and Temporal are running: the schedule reconcile releases it within five minutes. If it does not, ask an engineer to look at that schedule.',
        },
      };
    case 'withdrawal_paying':
      return {
        what: { zh: '提现打款超过 3 天没有结果', en: 'A withdrawal has been paying for over 3 days' },
        remedy: {
          zh: '向打款服务商查询这一笔；系统会继续自动查询，不会重复打款。',
          en: 'Ask the payout provider about this withdrawal. The system keeps asking automatically and never pays twice.',
        },
      };
    case 'bulk_running':
      return {
        what: { zh: '批量操作已运行超过 1 小时', en: 'A bulk action has been running for over an hour' },
        remedy: {
          zh: '打开批量操作查看进度；若没有进展，检查后台处理程序。重启后会从中断处继续，不会重复执行。',
          en: 'Open the bulk action to see its progress. If there is none, check the workers. After a restart it continues where it stopped and does nothing twice.',
        },
      };
    case 'payout_unconfirmed':
      return {
        what: { zh: '打款文件超过 3 天未确认', en: 'A payout file has not been confirmed for over 3 days' },
        remedy: {
          zh: '核对银行回单后确认该批次，并标出失败的笔数。',
          en: 'Compare it with the bank statement, then confirm the batch and mark the failed withdrawals.',
        },
      };
    case 'mail_undeliverable':
      return {
        what: { zh: `邮件无法送达：${mail?.error}`, en: `An email is undeliverable: ${mail?.error}` },
        remedy: {
          zh: '通过电话等其他方式核对收件地址；邮件服务器恢复后可重新发送。',
          en: 'Check the address with the recipient, for example by phone. Resend the email when the mail server works again.',
        },
      };
  }
}
