import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Grid, Input, type InputRef } from 'antd';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { hrefOf, kinds } from '../../../domain/kinds';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { payoutState } from '../pages/payout/payout';
import { isTyping } from '../ui/keys';
import { StateTag } from '../ui/StateTag';

const TEXTS = {
  label: { zh: '搜索全部（按 / ）', en: 'Search everything ( / )' },
  nothing: { zh: '没有找到', en: 'No results' },
} satisfies Record<string, Text>;

/** Global search over everything the person can see. */
export function SearchBox() {
  const t = useT();
  const navigate = useNavigate();
  const input = useRef<InputRef>(null);
  const { sm: wide = true } = Grid.useBreakpoint();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const hits = useQuery({
    queryKey: ['search', q],
    queryFn: ({ signal }) => data(api.GET('/v1/search', { params: { query: { q } }, signal })),
    enabled: q.length > 0,
  });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <AutoComplete
      className="shell-search"
      value={text}
      onChange={(value: string) => setText(value)}
      onSelect={(href: string) => {
        setText('');
        void navigate(href);
      }}
      notFoundContent={q && hits.isSuccess ? t(TEXTS.nothing) : null}
      options={(hits.data?.items ?? []).map(({ kind, id, title, subtitle, state }) => ({
        value: hrefOf(kind, id),
        label: (
          <div>
            <span className="muted">{t(kinds[kind].names)} </span>
            <span className="strong">{title}</span>{' '}
            {state && <StateTag state={kind === 'payout' ? payoutState(state) : state} />}
            <div className="muted">{subtitle}</div>
          </div>
        ),
      }))}
    >
      <Input
        ref={input}
        prefix={<SearchOutlined />}
        // On a phone only the icon fits.
        placeholder={wide ? t(TEXTS.label) : undefined}
        aria-label={t(TEXTS.label)}
      />
    </AutoComplete>
  );
}
