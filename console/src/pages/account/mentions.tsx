import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { api } from '../../api/client';
import type { Item } from '../../api/types';
import { SubjectLink } from '../../detail/subjects';
import { defineList } from '../../list/definition';
import { useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';

type Mention = Item<'/v1/me/mentions'>;

/** Notes that mention the user, unread first. */
export const mentions = defineList({
  key: 'mentions',
  path: '/v1/me/mentions',
  title: { zh: '提到我的备注', en: 'Notes that mention me' },
  defaultSort: '-unread',
  idOf: ({ id }) => id,
  filters: [
    {
      param: 'unread',
      label: { zh: '是否已读', en: 'Read status' },
      kind: 'select',
      options: [
        { value: 'true', label: { zh: '未读', en: 'Unread' } },
        { value: 'false', label: { zh: '已读', en: 'Read' } },
      ],
    },
  ],
  columns: [
    {
      key: 'subject',
      title: { zh: '关于', en: 'Subject' },
      render: (mention) => <About mention={mention} />,
    },
    {
      key: 'body',
      title: { zh: '备注', en: 'Note' },
      render: ({ body, readAt }) => (
        <div className={readAt ? undefined : 'strong'} style={{ maxWidth: 560, whiteSpace: 'pre-wrap' }}>
          {body}
        </div>
      ),
    },
    { key: 'author', title: { zh: '作者', en: 'Author' }, render: ({ author }) => author.name },
    {
      key: 'createdAt',
      title: { zh: '时间', en: 'Time' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'read',
      title: { zh: '操作', en: 'Actions' },
      render: (mention) => <MarkRead mention={mention} />,
    },
  ],
  empty: {
    title: { zh: '没有提到您的备注', en: 'No note mentions you' },
    hint: {
      zh: '同事在备注中用 @ 提到您时，会显示在这里。',
      en: 'When a colleague mentions you in a note with @, the note appears here.',
    },
  },
});

function About({ mention: { id, subject, readAt } }: { mention: Mention }) {
  const read = useMarkRead();
  // Opening the subject marks the mention as read.
  return <SubjectLink subject={subject} onClick={() => !readAt && void read(id)} />;
}

function MarkRead({ mention: { id, readAt } }: { mention: Mention }) {
  const t = useT();
  const read = useMarkRead();
  if (readAt) return <span className="muted">{t({ zh: '已读', en: 'Read' })}</span>;
  return (
    <Button size="small" onClick={() => void read(id)}>
      {t({ zh: '标为已读', en: 'Mark as read' })}
    </Button>
  );
}

function useMarkRead(): (id: string) => Promise<void> {
  const queries = useQueryClient();
  return async (id) => {
    await api.POST('/v1/me/mentions/{id}/read', { params: { path: { id } } });
    await queries.invalidateQueries();
  };
}
