import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { REVIEWERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { BLACKLIST_KINDS } from '../../../../domain/words/names';
import { ActionBar } from '../../actions/ActionBar';
import { ActionDialog } from '../../actions/ActionDialog';
import { api } from '../../api/client';
import type { Item, PostBody } from '../../api/types';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { TimeText } from '../../ui/format';
import { optionsOf } from '../shared/options';

type Entry = Item<'/v1/blacklist'>;

const KIND_OPTIONS = optionsOf(BLACKLIST_KINDS);

const TEXTS = {
  add: { zh: '加入黑名单', en: 'Add to blacklist' },
  remove: { zh: '移出', en: 'Remove' },
  removeHint: {
    zh: '移出后，使用此号码的申请可以批准。审计日志会记录是谁移出的。',
    en: 'Applications with this number can be approved again. The audit log records who removed it.',
  },
} satisfies Record<string, Text>;

function KindText({ kind }: { kind: Entry['kind'] }) {
  return useT()(BLACKLIST_KINDS[kind]);
}

function RemoveButton({ entry }: { entry: Entry }) {
  const t = useT();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="small"
        danger
        aria-label={`${t(TEXTS.remove)}: ${entry.numberMasked}`}
        onClick={() => setOpen(true)}
      >
        {t(TEXTS.remove)}
      </Button>
      {open && (
        <ActionDialog
          title={`${t(TEXTS.remove)}: ${t(BLACKLIST_KINDS[entry.kind])} ${entry.numberMasked}`}
          summary={t(TEXTS.removeHint)}
          fields={[
            { name: 'reason', label: WORDS.reason, kind: 'textarea', maxLength: 2000, required: true },
          ]}
          confirm={TEXTS.remove}
          danger
          onCancel={() => setOpen(false)}
          onSubmit={async ({ reason }) => {
            await api.DELETE('/v1/blacklist/{id}', {
              params: { path: { id: entry.id }, query: { reason: String(reason) } },
            });
            setOpen(false);
            await queries.invalidateQueries();
          }}
        />
      )}
    </>
  );
}

const blacklist = defineList({
  key: 'blacklist',
  path: '/v1/blacklist',
  title: { zh: '黑名单', en: 'Blacklist' },
  idOf: ({ id }) => id,
  defaultSort: '-createdAt',
  columns: [
    { key: 'kind', title: WORDS.kind, render: ({ kind }) => <KindText kind={kind} /> },
    { key: 'number', title: { zh: '号码', en: 'Number' }, render: ({ numberMasked }) => numberMasked },
    { key: 'reason', title: WORDS.reason, render: ({ reason }) => reason },
    { key: 'createdBy', title: { zh: '添加人', en: 'Added by' }, render: ({ createdBy }) => createdBy },
    {
      key: 'createdAt',
      title: { zh: '添加时间', en: 'Added' },
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'remove',
      title: { zh: '操作', en: 'Action' },
      render: (entry) => <RemoveButton entry={entry} />,
    },
  ],
  filters: [{ param: 'kind', label: WORDS.kind, kind: 'select', options: KIND_OPTIONS }],
  empty: {
    title: { zh: '黑名单是空的', en: 'The blacklist is empty' },
    hint: {
      zh: '把有问题的证件号、银行账户或手机号加进来，使用它们的申请就不能批准。',
      en: 'Add an identity number, bank account or phone number; applications that use it cannot be approved.',
    },
  },
});

/** The blacklist. */
export default function BlacklistPage() {
  return (
    <ListPage
      list={blacklist}
      actions={
        <ActionBar
          actions={[
            {
              key: 'add',
              label: TEXTS.add,
              roles: REVIEWERS,
              available: true,
              primary: true,
              fields: [
                {
                  name: 'kind',
                  label: WORDS.kind,
                  kind: 'select',
                  options: KIND_OPTIONS,
                  required: true,
                  initial: 'identity_number',
                },
                {
                  name: 'number',
                  label: { zh: '号码', en: 'Number' },
                  help: {
                    zh: '只保存加密后的指纹，不保存原文。',
                    en: 'Only a keyed hash of the number is stored.',
                  },
                  kind: 'text',
                  maxLength: 64,
                  required: true,
                },
                {
                  name: 'reason',
                  label: WORDS.reason,
                  kind: 'textarea',
                  maxLength: 2000,
                  required: true,
                },
              ],
              run: (body, header) =>
                api.POST('/v1/blacklist', {
                  params: { header },
                  body: body as PostBody<'/v1/blacklist'>,
                }),
              done: { zh: '已加入黑名单', en: 'Added to the blacklist' },
            },
          ]}
        />
      }
    />
  );
}
