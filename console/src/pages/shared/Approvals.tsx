import { CheckCircleFilled, ClockCircleOutlined } from '@ant-design/icons';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';

interface ApprovalsProps {
  /** Who proposed it. */
  requestedBy: { name: string; at: string; label: Text };
  approvals: readonly { userId: string; name: string; note: string | null; at: string }[];
  needed: number;
  /** Whether approvals are still needed. */
  isOpen: boolean;
}

/** Approvals given, and how many are missing. */
export function Approvals({ requestedBy, approvals, needed, isOpen }: ApprovalsProps) {
  const t = useT();
  const missing = isOpen ? Math.max(0, needed - approvals.length) : 0;
  return (
    <ul className="plain-list">
      <li>
        {t(requestedBy.label)} <span className="strong">{requestedBy.name}</span>{' '}
        <span className="muted">
          <TimeText at={requestedBy.at} />
        </span>
      </li>
      {approvals.map(({ userId, name, note, at }) => (
        <li key={userId}>
          <CheckCircleFilled aria-hidden style={{ color: '#2b7a1f' }} />{' '}
          {t({ zh: '已批准：', en: 'Approved by ' })}
          <span className="strong">{name}</span>{' '}
          <span className="muted">
            <TimeText at={at} />
          </span>
          {note && <div>{note}</div>}
        </li>
      ))}
      {missing > 0 && (
        <li>
          <ClockCircleOutlined aria-hidden />{' '}
          {t({
            zh: `还需 ${missing} 人批准（共需 ${needed} 人）`,
            en: `${missing} more approvals needed (of ${needed})`,
          })}
        </li>
      )}
    </ul>
  );
}
