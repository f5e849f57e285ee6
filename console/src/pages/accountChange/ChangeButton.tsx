import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import type { AccountField } from '../../../../domain/accountChange';
import { checkBankAccount, checkPhone } from '../../../../domain/credential';
import { ACCOUNT_FIELD_NAMES } from '../../../../domain/words/names';
import { ACCOUNT_CHANGE } from '../../../../domain/words/titles';
import { ActionDialog } from '../../actions/ActionDialog';
import type { Field } from '../../actions/fields';
import { api } from '../../api/client';
import type { Answer, PostBody } from '../../api/types';
import { type Text, useT } from '../../locale/locale';

type Distributor = Answer<'/v1/distributors/{id}'>;

const TEXTS = {
  change: { zh: '变更', en: 'Change' },
  done: {
    zh: '变更申请已提交，审核通过并过等待期后生效。',
    en: 'Change requested. It takes effect after the review and a waiting period.',
  },
  bank_account: {
    zh: '审核并由第二人确认后，过等待期生效。已申请的提现仍打款至原账户。',
    en: 'It takes effect after the review, a confirmation by a second person and a waiting period. Withdrawals already requested go to the previous account.',
  },
  email: {
    zh: '审核通过后，我们会发送一封确认邮件到新邮箱；打开其中的链接后，过等待期生效。',
    en: 'After the review we send a link to the new address. Once the link is opened, it takes effect after a waiting period.',
  },
  other: { zh: '审核通过并过等待期后生效。', en: 'It takes effect after the review and a waiting period.' },
} satisfies Record<string, Text>;

function fieldsOf(field: AccountField, { kind, bankAccount, name }: Distributor): Field[] {
  const note: Field = { name: 'note', label: ACCOUNT_CHANGE.note, kind: 'textarea' };
  switch (field) {
    case 'bank_account':
      return [
        {
          name: 'number',
          label: ACCOUNT_CHANGE.number,
          kind: 'text',
          maxLength: 64,
          required: true,
          check: (number) => checkBankAccount(number, kind === 'person' ? 'card' : 'corporate'),
        },
        {
          name: 'holder',
          label: ACCOUNT_CHANGE.holder,
          kind: 'text',
          maxLength: 200,
          required: true,
          initial: bankAccount.holder || name,
        },
        { name: 'bankName', label: ACCOUNT_CHANGE.bank, kind: 'text', maxLength: 200, required: true },
        note,
      ];
    case 'phone':
      return [
        {
          name: 'phone',
          label: ACCOUNT_FIELD_NAMES.phone,
          kind: 'text',
          maxLength: 40,
          required: true,
          check: checkPhone,
        },
        note,
      ];
    case 'email':
      return [
        { name: 'email', label: ACCOUNT_FIELD_NAMES.email, kind: 'text', maxLength: 254, required: true },
        note,
      ];
    case 'name':
      return [
        { name: 'name', label: ACCOUNT_FIELD_NAMES.name, kind: 'text', maxLength: 200, required: true },
        note,
      ];
  }
}

/** Asks for a change of one field of a distributor's account. */
export function ChangeButton({ field, distributor }: { field: AccountField; distributor: Distributor }) {
  const t = useT();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const { zh, en } = ACCOUNT_FIELD_NAMES[field];
  const title = t({ zh: `变更${zh}`, en: `Change ${en.toLowerCase()}` });
  return (
    <>
      <Button type="link" size="small" aria-label={title} onClick={() => setOpen(true)}>
        {t(TEXTS.change)}
      </Button>
      {open && (
        <ActionDialog
          title={title}
          summary={t(field === 'bank_account' || field === 'email' ? TEXTS[field] : TEXTS.other)}
          fields={fieldsOf(field, distributor)}
          confirm={{ zh: '提交申请', en: 'Request change' }}
          onCancel={() => setOpen(false)}
          onSubmit={async ({ number, holder, bankName, ...rest }, header) => {
            const account = field === 'bank_account' ? { bankAccount: { number, holder, bankName } } : {};
            await api.POST('/v1/distributors/{id}/account-changes', {
              params: { path: { id: distributor.id }, header },
              // The fields are those of this change.
              body: { field, ...account, ...rest } as PostBody<'/v1/distributors/{id}/account-changes'>,
            });
            setOpen(false);
            void message.success(t(TEXTS.done));
            await queries.invalidateQueries();
          }}
        />
      )}
    </>
  );
}
