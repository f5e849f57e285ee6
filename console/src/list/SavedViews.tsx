import { DeleteOutlined, LinkOutlined, SaveOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Dropdown, Popconfirm, Space } from 'antd';
import { useState } from 'react';
import { ActionDialog } from '../actions/ActionDialog';
import { api, data } from '../api/client';
import { useMe } from '../app/session';
import { type Text, useT } from '../locale/locale';
import type { ListState } from './useListState';

const TEXTS = {
  views: { zh: '视图', en: 'Views' },
  save: { zh: '保存当前视图', en: 'Save this view' },
  name: { zh: '视图名称', en: 'View name' },
  shared: { zh: '与同角色同事共享', en: 'Share with colleagues in my role' },
  copyLink: { zh: '复制链接', en: 'Copy link' },
  copied: { zh: '链接已复制', en: 'Link copied' },
  remove: { zh: '删除视图', en: 'Delete view' },
} satisfies Record<string, Text>;

interface SavedViewsProps {
  /** Key of the list. */
  list: string;
  state: ListState;
  columns: readonly string[];
  onColumns: (columns: readonly string[]) => void;
}

/** Saved views of a list (filters, sorting, columns): own ones and those shared by colleagues. */
export function SavedViews({ list, state, columns, onColumns }: SavedViewsProps) {
  const t = useT();
  const me = useMe();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [naming, setNaming] = useState(false);
  const queryKey = ['saved-views', list];
  const isStaff = me.user.role !== 'distributor';
  const views = useQuery({
    queryKey,
    queryFn: () => data(api.GET('/v1/saved-views', { params: { query: { list } } })),
    enabled: isStaff,
  });
  if (!isStaff) return null;

  const copyLink = async () => {
    await navigator.clipboard.writeText(window.location.href);
    void message.success(t(TEXTS.copied));
  };
  const remove = async (id: string) => {
    await api.DELETE('/v1/saved-views/{id}', { params: { path: { id } } });
    await queries.invalidateQueries({ queryKey });
  };

  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...(views.data?.items ?? []).map((view) => ({
              key: view.id,
              label: (
                <Space>
                  {view.name}
                  {!view.mine && <span className="muted">{view.owner.name}</span>}
                  {view.mine && (
                    <Popconfirm title={t(TEXTS.remove)} onConfirm={() => remove(view.id)}>
                      <Button
                        type="text"
                        size="small"
                        aria-label={`${t(TEXTS.remove)}: ${view.name}`}
                        icon={<DeleteOutlined />}
                        onClick={(event) => event.stopPropagation()}
                      />
                    </Popconfirm>
                  )}
                </Space>
              ),
              onClick: () => {
                state.replace(view.query);
                if (view.columns) onColumns(view.columns);
              },
            })),
            ...(views.data?.items.length ? [{ type: 'divider' as const }] : []),
            { key: 'save', icon: <SaveOutlined />, label: t(TEXTS.save), onClick: () => setNaming(true) },
            { key: 'link', icon: <LinkOutlined />, label: t(TEXTS.copyLink), onClick: () => void copyLink() },
          ],
        }}
      >
        <Button>{t(TEXTS.views)}</Button>
      </Dropdown>
      {naming && (
        <ActionDialog
          title={t(TEXTS.save)}
          fields={[
            { name: 'name', label: TEXTS.name, kind: 'text', required: true, maxLength: 80 },
            { name: 'shared', label: TEXTS.shared, kind: 'switch', initial: false },
          ]}
          onCancel={() => setNaming(false)}
          onSubmit={async ({ name, shared }, header) => {
            await api.POST('/v1/saved-views', {
              params: { header },
              body: {
                list,
                name: String(name),
                shared: shared === true,
                query: state.query,
                columns: [...columns],
              },
            });
            await queries.invalidateQueries({ queryKey });
            setNaming(false);
          }}
        />
      )}
    </>
  );
}
