import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { useState } from 'react';
import { credentialTypes } from '../../../../domain/credentialTypes';
import { ActionDialog } from '../../actions/ActionDialog';
import { api, data } from '../../api/client';
import type { Answer, Item } from '../../api/types';
import { CodeName } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { CREDENTIAL, DaysLeft, DayText, EFFECTS, renewalBody, renewalFields } from '../credential/renewal';
import { OwnList } from './OwnList';
import { useOwnId } from './useOwnId';

type Credential = Item<'/v1/credentials'>;
type Detail = Answer<'/v1/credentials/{id}'>;

const TEXTS = {
  title: { zh: '我的资质', en: 'My credentials' },
  none: { zh: '还没有资质。', en: 'No credentials yet.' },
  underReview: {
    zh: '续期审核中，结果会邮件通知您。',
    en: 'Your renewal is under review. We will email you the result.',
  },
  refused: { zh: '上次续期未通过：', en: 'The last renewal was refused: ' },
  expired: { zh: '已过期，请尽快提交续期：', en: 'Expired. Submit a renewal: ' },
  ahead: { zh: '到期后：', en: 'After expiry: ' },
} satisfies Record<string, Text>;

/** Credentials of the signed-in distributor, with their renewals. */
export default function MyCredentialsPage() {
  const t = useT();
  const id = useOwnId();
  return (
    <Page title={t(TEXTS.title)}>
      <div className="narrow">
        <OwnList<Credential>
          queryKey={['own-credentials', id]}
          load={(cursor) =>
            data(api.GET('/v1/credentials', { params: { query: { limit: 50, ...(cursor && { cursor }) } } }))
          }
          idOf={(credential) => credential.id}
          render={(credential) => <OwnCredential credential={credential} />}
          empty={TEXTS.none}
        />
      </div>
    </Page>
  );
}

function OwnCredential({ credential }: { credential: Credential }) {
  const t = useT();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const { id, type, state, validUntil, daysLeft, numberMasked, openRenewalId } = credential;
  const detail = useQuery({
    queryKey: ['own-credential', id],
    queryFn: () => data(api.GET('/v1/credentials/{id}', { params: { path: { id } } })),
  });
  return (
    <>
      <div className="own-head">
        <span className="strong" style={{ fontSize: 17 }}>
          <CodeName names={credentialTypes} code={type} />
        </span>
        <StateTag state={state} />
      </div>
      <div>
        {t(CREDENTIAL.validUntil)} <DayText day={validUntil} />
        {validUntil && (
          <>
            {' · '}
            <DaysLeft days={daysLeft} />
          </>
        )}
      </div>
      <div className="muted">
        {t(CREDENTIAL.number)} {numberMasked}
      </div>
      {detail.data && <Consequence detail={detail.data} />}
      {openRenewalId ? (
        <Alert type="info" showIcon style={{ marginTop: 8 }} title={t(TEXTS.underReview)} />
      ) : (
        <Button
          type={state === 'valid' ? 'default' : 'primary'}
          block
          style={{ marginTop: 8 }}
          onClick={() => setOpen(true)}
        >
          {t(CREDENTIAL.renew)}
        </Button>
      )}
      {open && (
        <ActionDialog
          title={t(CREDENTIAL.renew)}
          summary={<CodeName names={credentialTypes} code={type} />}
          fields={renewalFields}
          confirm={CREDENTIAL.renew}
          onCancel={() => setOpen(false)}
          onSubmit={async (values, header) => {
            await api.POST('/v1/credentials/{id}/renewals', {
              params: { path: { id }, header },
              body: await renewalBody(values),
            });
            setOpen(false);
            void message.success(t(CREDENTIAL.renewed));
            await queries.invalidateQueries();
          }}
        />
      )}
    </>
  );
}

/** What the expiry does or has done, and why the last renewal was refused. */
function Consequence({ detail }: { detail: Detail }) {
  const t = useT();
  const [last] = detail.renewals;
  return (
    <>
      {detail.restricted ? (
        <Alert
          type="warning"
          showIcon
          style={{ marginTop: 8 }}
          title={`${t(TEXTS.expired)}${t(EFFECTS[detail.effect])}`}
        />
      ) : (
        detail.state === 'expiring' && (
          <div>
            {t(TEXTS.ahead)}
            {t(EFFECTS[detail.effect])}
          </div>
        )
      )}
      {last?.state === 'refused' && (
        <div>
          {t(TEXTS.refused)}
          {last.reason}
        </div>
      )}
    </>
  );
}
