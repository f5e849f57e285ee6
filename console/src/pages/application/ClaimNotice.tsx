import { Alert } from 'antd';
import { useEffect } from 'react';
import { REVIEWERS } from '../../../../domain/roles';
import { api, idempotencyKey } from '../../api/client';
import { useIsRole, useMe } from '../../app/session';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import type { Application } from './application';
import { isOpen } from './list';

/** A claim ends after half an hour; an open page renews it. */
const RENEW_EVERY_MS = 10 * 60_000;

/** Shows who has claimed the application, and renews the user's own claim while the page is open. */
export function ClaimNotice({ application: { id, state, claim } }: { application: Application }) {
  const t = useT();
  const me = useMe();
  const isReviewer = useIsRole(...REVIEWERS);
  const isMine = claim?.userId === me.user.id;

  useEffect(() => {
    if (!isMine) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'hidden') return;
      const params = { path: { id }, header: idempotencyKey() };
      // If renewal fails, the next refresh of the page shows it.
      api.POST('/v1/applications/{id}/claim', { params }).catch(() => undefined);
    }, RENEW_EVERY_MS);
    return () => clearInterval(timer);
  }, [id, isMine]);

  if (!isOpen(state) || !isReviewer) return null;
  if (!claim) {
    return (
      <Alert
        style={{ marginBottom: 16 }}
        type="info"
        showIcon
        title={t({
          zh: '还没有人领取。先领取，同事就不会同时处理这份申请。',
          en: 'Nobody has claimed this application yet. Claim it first, so that no colleague reviews it at the same time.',
        })}
      />
    );
  }
  if (isMine) return null;
  return (
    <Alert
      style={{ marginBottom: 16 }}
      type="warning"
      showIcon
      title={t({ zh: `${claim.name} 正在审核这份申请`, en: `${claim.name} is reviewing this application` })}
      description={
        <>
          {t({ zh: '领取有效期至 ', en: 'The claim is valid until ' })}
          <TimeText at={claim.expiresAt} />
          {t({
            zh: '。在此之前只有该同事和管理员可以作出决定；请领取下一件，或请对方放回。',
            en: '. Until then only this colleague and administrators can decide. Claim the next one, or ask your colleague to return it to the queue.',
          })}
        </>
      }
    />
  );
}
