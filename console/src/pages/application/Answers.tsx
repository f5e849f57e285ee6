import { REVIEWERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { APPLICANT_KINDS, CHANNELS } from '../../../../domain/words/names';
import { Facts, Panel } from '../../detail/Panel';
import { Reveal } from '../../detail/Reveal';
import { CodeNames } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { RegionText } from '../../locale/regions';
import { TimeText } from '../../ui/format';
import type { Application } from './application';
import { ClaimText } from './list';

/** Data submitted by the applicant. */
export function Answers({ application }: { application: Application }) {
  const t = useT();
  const { id, kind, bankAccount, claim } = application;
  const identity: Text =
    kind === 'person'
      ? { zh: '身份证号码', en: 'Identity number' }
      : { zh: '统一社会信用代码', en: 'Unified social credit code' };
  const account: Text = { zh: '收款账户', en: 'Bank account' };
  return (
    <Panel title={{ zh: '申请资料', en: 'Application data' }}>
      <Facts
        columns={1}
        facts={[
          [{ zh: '审核人', en: 'Claimed by' }, <ClaimText key="claim" claim={claim} />],
          [WORDS.kind, t(APPLICANT_KINDS[kind])],
          [{ zh: '名称', en: 'Name' }, application.name],
          [
            identity,
            <Reveal
              key="identity"
              masked={application.identityNumberMasked}
              label={identity}
              roles={REVIEWERS}
              of="applications"
              id={id}
              field="identityNumber"
            />,
          ],
          [{ zh: '手机', en: 'Phone' }, application.phone],
          [
            { zh: '邮箱', en: 'Email' },
            <span key="mail" style={{ overflowWrap: 'anywhere' }}>
              {application.email}
            </span>,
          ],
          [{ zh: '申请区域', en: 'Region' }, <RegionText key="region" region={application.region} />],
          [
            { zh: '销售渠道', en: 'Channels' },
            <CodeNames key="channels" names={CHANNELS} codes={application.channels} />,
          ],
          [
            account,
            <Reveal
              key="account"
              masked={bankAccount.numberMasked}
              label={account}
              roles={REVIEWERS}
              of="applications"
              id={id}
              field="bankAccount"
            />,
          ],
          [
            { zh: '户名与银行', en: 'Account holder and bank' },
            <span key="holder">
              {bankAccount.holder}
              {t({ zh: '，', en: ', ' })}
              {bankAccount.bankName}
            </span>,
          ],
          [{ zh: '上级推荐码', en: "Sponsor's referral code" }, application.sponsorCode ?? undefined],
          [{ zh: '商城客户号', en: 'Customer ID in the shop' }, application.shopCustomerId ?? undefined],
          [
            { zh: '沟通语言', en: 'Preferred language' },
            application.locale === 'en' ? 'English' : t({ zh: '中文', en: 'Chinese' }),
          ],
          [{ zh: '提交时间', en: 'Submitted' }, <TimeText key="at" at={application.submittedAt} />],
          [{ zh: '轮次', en: 'Round' }, application.round],
        ]}
      />
    </Panel>
  );
}
