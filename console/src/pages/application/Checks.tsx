import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons';
import { Link } from 'react-router';
import { hrefOf, kinds, type PageKind } from '../../../../domain/kinds';
import type { Answer } from '../../api/types';
import { Panel } from '../../detail/Panel';
import { CHECK_CODES, checkName } from '../../locale/compliance';
import { type Text, useLocale } from '../../locale/locale';

type Application = Answer<'/v1/applications/{id}'>;

const TEXTS = {
  title: { zh: '自动检查', en: 'Automatic checks' },
  passed: { zh: '通过', en: 'Passed' },
  failed: { zh: '未通过', en: 'Failed' },
  underWay: {
    zh: '检查正在进行，几秒后自动显示。',
    en: 'Checks are running; results appear here within seconds.',
  },
} satisfies Record<string, Text>;

const NAMED = /(application|distributor) ([0-9a-f]{8}-[0-9a-f-]{27})/g;

/** Results of the automatic checks of the current round. */
export function Checks({ application: { checks } }: { application: Pick<Application, 'checks'> }) {
  const { t } = useLocale();
  return (
    <Panel title={TEXTS.title}>
      {checks.length === 0 && <span className="muted">{t(TEXTS.underWay)}</span>}
      <CheckList checks={checks} />
    </Panel>
  );
}

/** One row per check, failed ones first. */
export function CheckList({ checks }: { checks: readonly Omit<Application['checks'][number], 'at'>[] }) {
  const { t, locale } = useLocale();
  const sorted = [...checks].sort((a, b) => Number(a.passed) - Number(b.passed));
  return (
    <ul className="checks">
      {sorted.map(({ name, passed, code, reason }) => (
        <li key={name}>
          {passed ? (
            <CheckCircleFilled aria-hidden style={{ color: '#2b7a1f' }} />
          ) : (
            <CloseCircleFilled aria-hidden style={{ color: '#c02626' }} />
          )}
          <div>
            <span className="strong">{t(checkName(name))}</span>{' '}
            <span style={{ color: passed ? '#2b7a1f' : '#c02626' }}>
              {t(passed ? TEXTS.passed : TEXTS.failed)}
            </span>
            <div className="muted">
              {locale === 'zh-CN' && CHECK_CODES[code] ? t(CHECK_CODES[code]) : reason}
            </div>
            {locale === 'zh-CN' && code === 'blacklisted' && <div className="muted">{reason}</div>}
            <RelatedLinks reason={reason} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Links to the applications and distributors found by a check. */
function RelatedLinks({ reason }: { reason: string }) {
  const { t } = useLocale();
  const found = [...reason.matchAll(NAMED)];
  return found.map(([, kind, id = '']) => {
    const to: PageKind = kind === 'application' ? 'application' : 'distributor';
    return (
      <div key={id}>
        <Link to={hrefOf(to, id)}>
          {t(kinds[to].names)} {id.slice(0, 8)}
        </Link>
      </div>
    );
  });
}
