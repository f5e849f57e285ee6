import type { Answer } from '../../api/types';
import { EVENTS } from '../../detail/eventNames';
import { Panel } from '../../detail/Panel';
import { checkName } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';

type Application = Answer<'/v1/applications/{id}'>;
type Event = Application['timeline'][number];

const TITLE: Text = { zh: '以往轮次', en: 'Earlier rounds' };
const OF_ROUNDS = ['submitted', 'checked', 'changes_requested', 'resubmitted'];

/** What was asked for and handed in before the present round. */
export function Rounds({ application: { round, timeline } }: { application: Application }) {
  const t = useT();
  if (round < 2) return null;
  return (
    <Panel title={TITLE}>
      <ol style={{ margin: 0, paddingInlineStart: 20 }}>
        {timeline
          .filter(({ type }) => OF_ROUNDS.includes(type))
          .map((event) => (
            <li key={`${event.type}/${event.occurredAt}`}>
              <span className="strong">{EVENTS[event.type] ? t(EVENTS[event.type]!) : event.type}</span>{' '}
              <span className="muted">
                <TimeText at={event.occurredAt} /> · {event.actor}
              </span>
              <Told event={event} />
            </li>
          ))}
      </ol>
    </Panel>
  );
}

function Told({ event: { type, data } }: { event: Event }) {
  const t = useT();
  if (type === 'changes_requested' && typeof data.message === 'string')
    return <div style={{ whiteSpace: 'pre-wrap' }}>{data.message}</div>;
  if (type !== 'checked' || !Array.isArray(data.failed)) return null;
  const failed = data.failed.filter((name) => typeof name === 'string');
  return (
    <div>
      {failed.length === 0
        ? t({ zh: '全部通过', en: 'All passed' })
        : t({ zh: '未通过：', en: 'Failed: ' }) +
          failed.map((name) => t(checkName(name))).join(t({ zh: '、', en: ', ' }))}
    </div>
  );
}
