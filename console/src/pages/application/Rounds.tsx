import { Collapse } from 'antd';
import type { Answer } from '../../api/types';
import { Panel } from '../../detail/Panel';
import { ActorText, EventName } from '../../detail/Timeline';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { CheckList } from './Checks';

type Application = Answer<'/v1/applications/{id}'>;
type Event = Application['timeline'][number];

const TITLE: Text = { zh: '以往轮次', en: 'Previous rounds' };
const OF_ROUNDS = ['submitted', 'changes_requested', 'resubmitted'];

/** Submissions, checks and requested changes of previous rounds. */
export function Rounds({ application: { round, timeline, earlierChecks } }: { application: Application }) {
  const t = useT();
  if (round < 2) return null;
  const rounds = [...new Set(earlierChecks.map((check) => check.round))];
  return (
    <Panel title={TITLE}>
      <ol style={{ marginBlock: 0, paddingInlineStart: 20 }}>
        {timeline
          .filter(({ type }) => OF_ROUNDS.includes(type))
          .map((event) => (
            <li key={`${event.type}/${event.at}`}>
              <span className="strong">
                <EventName type={event.type} />
              </span>{' '}
              <span className="muted">
                <TimeText at={event.at} /> · <ActorText actor={event.actor} account={event.account} />
              </span>
              <RoundEvent event={event} />
            </li>
          ))}
      </ol>
      {rounds.length > 0 && (
        <Collapse
          size="small"
          style={{ marginTop: 12 }}
          items={rounds.map((at) => {
            const checks = earlierChecks.filter((check) => check.round === at);
            const failed = checks.filter(({ passed }) => !passed).length;
            return {
              key: at,
              label: t({
                zh: `第 ${at} 轮自动检查：${failed ? `${failed} 项未通过` : '全部通过'}`,
                en: `Checks of round ${at}: ${failed ? `${failed} failed` : 'all passed'}`,
              }),
              children: <CheckList checks={checks} />,
            };
          })}
        />
      )}
    </Panel>
  );
}

function RoundEvent({ event: { type, data } }: { event: Event }) {
  if (type !== 'changes_requested' || typeof data.message !== 'string') return null;
  return <div style={{ whiteSpace: 'pre-wrap' }}>{data.message}</div>;
}
