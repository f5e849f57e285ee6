import { STAFF } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { type Action, ActionBar } from '../../actions/ActionBar';
import { api } from '../../api/client';
import type { Item } from '../../api/types';
import { SubjectLink } from '../../detail/subjects';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

type Mail = Item<'/v1/mails'>;

const mails = defineList({
  key: 'mails',
  path: '/v1/mails',
  title: { zh: '邮件', en: 'Emails' },
  defaultSort: '-createdAt',
  idOf: ({ key }) => key,
  isChanging: ({ state }) => state === 'pending',
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'pending', label: { zh: '待发送', en: 'Pending' } },
        { value: 'sent', label: { zh: '已发送', en: 'Sent' } },
        { value: 'undeliverable', label: { zh: '无法送达', en: 'Undeliverable' } },
      ],
    },
    {
      param: 'resendable',
      label: { zh: '可否重发', en: 'Can be resent' },
      kind: 'select',
      options: [
        { value: 'true', label: { zh: '可重新发送', en: 'Can be resent' } },
        { value: 'false', label: { zh: '不可重新发送', en: 'Cannot be resent' } },
      ],
    },
    {
      param: 'about',
      label: { zh: '关于（类别/编号）', en: 'Subject (kind/number)' },
      kind: 'text',
      width: 230,
    },
  ],
  columns: [
    { key: 'subject', title: { zh: '主题', en: 'Subject' }, render: ({ subject }) => subject },
    { key: 'recipient', title: { zh: '收件人', en: 'Recipient' }, render: ({ recipient }) => recipient },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'about',
      title: { zh: '关于', en: 'Subject' },
      render: ({ about }) => <SubjectLink subject={about} />,
    },
    {
      key: 'attempts',
      title: { zh: '尝试次数', en: 'Attempts' },
      align: 'right',
      hidden: true,
      render: ({ attempts }) => attempts,
    },
    {
      key: 'lastError',
      title: { zh: '最近错误', en: 'Last error' },
      render: ({ lastError }) => (
        <div style={{ maxWidth: 360, whiteSpace: 'normal' }}>{lastError ?? '–'}</div>
      ),
    },
    {
      key: 'createdAt',
      title: { zh: '生成时间', en: 'Created' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'sentAt',
      title: { zh: '发送时间', en: 'Sent' },
      hidden: true,
      render: ({ sentAt }) => <TimeText at={sentAt} />,
    },
    {
      key: 'resend',
      title: { zh: '操作', en: 'Actions' },
      render: (mail) =>
        mail.state === 'undeliverable' && !mail.resendable ? (
          <LinkExpired />
        ) : (
          <ActionBar actions={[resendOf(mail)]} />
        ),
    },
  ],
  empty: {
    title: { zh: '还没有邮件', en: 'No emails yet' },
    hint: {
      zh: '系统发出的、与您可查看的内容有关的邮件会出现在这里。',
      en: 'Emails the system sends about things you can view appear here.',
    },
  },
});

/** Why an undeliverable email cannot be resent. */
function LinkExpired() {
  return (
    <span className="muted">
      {useT()({
        zh: '其中的一次性链接已失效，请在用户页面另行生成',
        en: "The one-time link in it has expired. Create a new one on the user's page",
      })}
    </span>
  );
}

const resendOf = ({ key, resendable, recipient }: Mail): Action => ({
  key: 'resend',
  label: { zh: '重新发送', en: 'Resend' },
  roles: STAFF,
  available: resendable,
  fields: [],
  summary: recipient,
  done: { zh: '已重新排队发送', en: 'Queued for sending again' },
  run: (_values, header) => api.POST('/v1/mails/{key}/resend', { params: { path: { key }, header } }),
});

/** Emails about subjects the user can see. */
export default function MailsPage() {
  return <ListPage list={mails} />;
}
