import { Link } from 'react-router';
import { hrefOf } from '../../../../domain/kinds';
import { WORDS } from '../../../../domain/words/glossary';
import { Facts, Panel } from '../../detail/Panel';
import { REASON_CODES } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import type { Application } from './application';

const TEXTS = {
  decision: { zh: '审核结果', en: 'Decision' },
  reasonCode: { zh: '原因', en: 'Reason' },
} satisfies Record<string, Text>;

/** The decision, or the requested changes. */
export function Decision({ application }: { application: Application }) {
  const t = useT();
  const { state, tier, reasonCode, decisionReason, decisionNote, decidedBy, decidedAt } = application;
  const { distributorId, changesRequested, changesDeadline, changesNote } = application;
  const code = reasonCode ? t(REASON_CODES[reasonCode] ?? { zh: reasonCode, en: reasonCode }) : undefined;
  if (state === 'changes_requested') {
    return (
      <Panel title={{ zh: '等待申请人补充', en: 'Waiting for the applicant' }}>
        <Facts
          facts={[
            [TEXTS.reasonCode, code],
            [{ zh: '期限', en: 'Deadline' }, <TimeText key="at" at={changesDeadline} />],
            [
              { zh: '告知申请人', en: 'Message to the applicant' },
              <Lines key="message" text={changesRequested} />,
            ],
            [WORDS.note, changesNote ?? undefined],
          ]}
        />
      </Panel>
    );
  }
  if (!decidedAt) return null;
  return (
    <Panel title={TEXTS.decision}>
      <Facts
        facts={[
          [{ zh: '处理人', en: 'Decided by' }, decidedBy ?? undefined],
          [{ zh: '处理时间', en: 'Decided' }, <TimeText key="at" at={decidedAt} />],
          [WORDS.tier, tier ?? undefined],
          [TEXTS.reasonCode, code],
          [
            { zh: '告知申请人', en: 'Message to the applicant' },
            decisionReason ? <Lines text={decisionReason} /> : undefined,
          ],
          [WORDS.note, decisionNote ?? undefined],
          [
            WORDS.distributor,
            distributorId ? (
              <Link to={hrefOf('distributor', distributorId)}>
                {t({ zh: '查看分销商', en: 'View distributor' })}
              </Link>
            ) : undefined,
          ],
        ]}
      />
    </Panel>
  );
}

function Lines({ text }: { text: string | null }) {
  return <span style={{ whiteSpace: 'pre-wrap' }}>{text ?? '–'}</span>;
}
