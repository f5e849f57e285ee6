import { Link } from 'react-router';
import { type Action, ActionBar } from '../../actions/ActionBar';
import { api } from '../../api/client';
import type { Item } from '../../api/types';
import { hrefOfSubject } from '../../detail/subjects';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { WORDS } from '../../locale/words';
import { TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

type Mail = Item<'/v1/mails'>;

const mails = defineList({
  key: 'mails',
  path: '/v1/mails',
  title: { zh: '邮件', en: 'Mails' },
  defaultSort: '-createdAt',
  idOf: ({ key }) => key,
  filters: [
    {
      param: 'state',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'pending', label: { zh: '待发送', en: 'Waiting' } },
        { value: 'sent', label: { zh: '已发送', en: 'Sent' } },
        { value: 'undeliverable', label: { zh: '无法送达', en: 'Undeliverable' } },
      ],
    },
    {
      param: 'about',
      label: { zh: '关于（如 application/编号）', en: 'About, as application/<id>' },
      kind: 'text',
      width: 230,
    },
  ],
  columns: [
    { key: 'subject', title: { zh: '主题', en: 'Subject' }, render: ({ subject }) => subject },
    { key: 'recipient', title: { zh: '收件人', en: 'Recipient' }, render: ({ recipient }) => recipient },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    { key: 'about', title: { zh: '关于', en: 'About' }, render: ({ about }) => <About subject={about} /> },
    {
      key: 'attempts',
      title: { zh: '尝试次数', en: 'Attempts' },
      align: 'right',
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
      title: { zh: '生成时间', en: 'Written' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'sentAt',
      title: { zh: '发送时间', en: 'Sent' },
      render: ({ sentAt }) => <TimeText at={sentAt} />,
    },
    {
      key: 'resend',
      title: { zh: '操作', en: 'Actions' },
      render: (mail) => <ActionBar actions={[resendOf(mail)]} />,
    },
  ],
  empty: {
    title: { zh: '还没有邮件', en: 'No mails yet' },
    hint: {
      zh: '系统发给申请人、分销商和同事的邮件会出现在这里。',
      en: 'Mails that the system sends to applicants, distributors and colleagues appear here.',
    },
  },
});

const resendOf = ({ key, state, recipient }: Mail): Action => ({
  key: 'resend',
  label: { zh: '重新发送', en: 'Send again' },
  roles: ['admin', 'compliance', 'operator'],
  available: state === 'undeliverable',
  fields: [],
  summary: recipient,
  done: { zh: '已重新排队发送', en: 'It is on its way again' },
  run: (_values, header) => api.POST('/v1/mails/{key}/resend', { params: { path: { key }, header } }),
});

/** What a mail is about, leading there. */
function About({ subject }: { subject: string }) {
  const href = hrefOfSubject(subject);
  const short = subject.replace(/([\da-f]{8})-[\da-f-]{27}/, '$1');
  return href ? <Link to={href}>{short}</Link> : short;
}

/** All mails. */
export default function MailsPage() {
  return <ListPage list={mails} />;
}
