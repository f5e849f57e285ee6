import { useMemo } from 'react';
import { EVENTS } from '../../../../domain/words/events';
import { useColleagues } from '../../api/useColleagues';
import { SubjectLink } from '../../detail/subjects';
import { ActorText, Changes, EventName } from '../../detail/Timeline';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { TimeText } from '../../ui/format';

const ACTION = { zh: '操作', en: 'Action' };
const PERSON = { zh: '操作人', en: 'Actor' };

const audit = defineList({
  key: 'audit',
  path: '/v1/audit',
  title: { zh: '审计日志', en: 'Audit log' },
  defaultSort: '-id',
  idOf: ({ id }) => String(id),
  filters: [
    {
      param: 'action',
      label: ACTION,
      kind: 'select',
      // Audit actions have a dot in their name, process events do not.
      options: Object.entries(EVENTS)
        .filter(([name]) => name.includes('.'))
        .map(([value, label]) => ({ value, label })),
    },
    {
      param: 'subject',
      label: { zh: '对象（如 order/4711）', en: 'Subject (such as order/4711)' },
      kind: 'text',
      width: 220,
    },
    { param: 'from', label: { zh: '起', en: 'From' }, kind: 'from' },
    { param: 'to', label: { zh: '止', en: 'Until' }, kind: 'until' },
  ],
  columns: [
    { key: 'at', title: { zh: '时间', en: 'Time' }, sort: 'id', render: ({ at }) => <TimeText at={at} /> },
    {
      key: 'actor',
      title: PERSON,
      render: ({ actor, actorEmail: email }) => (
        <ActorText actor={actor} account={email ? { email } : null} />
      ),
    },
    { key: 'action', title: ACTION, render: ({ action }) => <EventName type={action} /> },
    {
      key: 'subject',
      title: { zh: '对象', en: 'Subject' },
      render: ({ subject }) => <SubjectLink subject={subject} />,
    },
    {
      key: 'changes',
      title: { zh: '变化（前 → 后）', en: 'Before → after' },
      render: ({ before, after, reason }) => (
        <div className="changes">
          <Changes before={before} after={after} reason={reason} />
        </div>
      ),
    },
    {
      key: 'requestId',
      title: { zh: '请求编号', en: 'Request ID' },
      hidden: true,
      render: ({ requestId }) => requestId ?? '–',
    },
  ],
  empty: {
    title: { zh: '还没有记录', en: 'No entries yet' },
    hint: {
      zh: '同事和系统的每次决定与修改都会记在这里。',
      en: 'Every decision and change by people and by the system is recorded here.',
    },
  },
});

/** The audit log. */
export default function AuditPage() {
  const colleagues = useColleagues();
  const list = useMemo(() => {
    const people = colleagues.map(({ id, name }) => ({
      value: id,
      label: { zh: name, en: name },
    }));
    const [action, ...others] = audit.filters;
    return {
      ...audit,
      filters: [
        action!,
        { param: 'actorId' as const, label: PERSON, kind: 'select' as const, options: people },
        ...others,
      ],
    };
  }, [colleagues]);
  return <ListPage list={list} />;
}
