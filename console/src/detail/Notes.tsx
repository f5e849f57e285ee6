import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Mentions } from 'antd';
import { useState } from 'react';
import { api, data } from '../api/client';
import { mentionedIn, useColleagues } from '../api/useColleagues';
import { useSend } from '../api/useSend';
import { useMe } from '../app/session';
import { type Text, useT } from '../locale/locale';
import { TimeText } from '../ui/format';
import { useProblemText } from '../ui/problems';
import { Panel } from './Panel';

const TEXTS = {
  notes: { zh: '内部备注', en: 'Notes' },
  write: { zh: '写备注，用 @ 提醒同事', en: 'Write a note; @ mentions a colleague' },
  add: { zh: '添加', en: 'Add' },
  retract: { zh: '撤回', en: 'Retract' },
  retracted: { zh: '（已撤回）', en: '(retracted)' },
} satisfies Record<string, Text>;

/** Staff notes on an entity; mentioned colleagues find them on their own page. */
export function Notes({ subject }: { subject: string }) {
  const t = useT();
  const me = useMe();
  const queries = useQueryClient();
  const problemText = useProblemText();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const notes = useQuery({
    queryKey: ['notes', subject],
    queryFn: () => data(api.GET('/v1/notes', { params: { query: { subject, limit: 50 } } })),
  });
  const people = useColleagues(subject);

  const { send } = useSend();
  const act = async (call: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await call();
      await queries.invalidateQueries();
    } catch (error) {
      setProblem(error);
    }
  };
  const add = () =>
    act(async () => {
      const mentions = mentionedIn(text, people).map(({ id }) => id);
      const body = { subject, body: text.trim(), mentions };
      await send(body, (header) => api.POST('/v1/notes', { params: { header }, body }));
      setText('');
    });

  return (
    <Panel title={TEXTS.notes}>
      {(notes.data?.items ?? []).map((note) => (
        <div key={note.id} style={{ marginBottom: 8 }}>
          <span className="strong">{note.author.name}</span>{' '}
          <span className="muted">
            <TimeText at={note.createdAt} />
          </span>
          {note.author.id === me.user.id && !note.retractedAt && (
            <Button
              type="link"
              size="small"
              onClick={() =>
                void act(() => api.POST('/v1/notes/{id}/retract', { params: { path: { id: note.id } } }))
              }
            >
              {t(TEXTS.retract)}
            </Button>
          )}
          <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {note.body ?? <span className="muted">{t(TEXTS.retracted)}</span>}
          </div>
        </div>
      ))}
      <Mentions
        rows={2}
        aria-label={t(TEXTS.write)}
        placeholder={t(TEXTS.write)}
        value={text}
        onChange={setText}
        options={people.map(({ id, name }) => ({ key: id, value: name, label: name }))}
      />
      {problem !== undefined && (
        <div role="alert" style={{ color: '#c02626' }}>
          {problemText(problem).detail ?? problemText(problem).title}
        </div>
      )}
      <Button style={{ marginTop: 6 }} disabled={!text.trim()} onClick={() => void add()}>
        {t(TEXTS.add)}
      </Button>
    </Panel>
  );
}
