import { EyeOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { ActionDialog } from '../actions/ActionDialog';
import { api, data } from '../api/client';
import type { Role } from '../api/types';
import { useIsRole } from '../app/session';
import { type Text, useT } from '../locale/locale';

const TEXTS = {
  reveal: { zh: '查看全部', en: 'Show in full' },
  hide: { zh: '隐藏', en: 'Hide' },
  why: { zh: '查看原因', en: 'Reason for viewing' },
  audited: {
    zh: '查看完整号码会记入审计日志：谁、何时、为什么。一分钟后自动隐藏。',
    en: 'The audit log records who viewed the full number, when and why. It is hidden again after one minute.',
  },
} satisfies Record<string, Text>;

const SHOWN_FOR_MS = 60_000;

interface RevealProps {
  masked: string;
  /** Name of the number, for the title of the dialog. */
  label: Text;
  roles: readonly Role[];
  /** Owner of the number. */
  of: 'applications' | 'distributors' | 'account-changes';
  id: string;
  field: 'identityNumber' | 'bankAccount' | 'from' | 'to';
}

/** A masked number that can be revealed: with a reason, audited, for one minute. */
export function Reveal({ masked, label, roles, of, id, field }: RevealProps) {
  const t = useT();
  const mayReveal = useIsRole(...roles);
  const [asking, setAsking] = useState(false);
  const [value, setValue] = useState<string>();

  useEffect(() => {
    if (value === undefined) return undefined;
    const timer = setTimeout(() => setValue(undefined), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [value]);

  return (
    <span>
      <span className="money">{value ?? masked}</span>{' '}
      {mayReveal && (
        <Button
          type="link"
          size="small"
          icon={<EyeOutlined />}
          aria-label={`${t(value ? TEXTS.hide : TEXTS.reveal)}: ${t(label)}`}
          onClick={() => (value ? setValue(undefined) : setAsking(true))}
        >
          {t(value ? TEXTS.hide : TEXTS.reveal)}
        </Button>
      )}
      {asking && (
        <ActionDialog
          title={`${t(TEXTS.reveal)}: ${t(label)}`}
          summary={t(TEXTS.audited)}
          fields={[{ name: 'reason', label: TEXTS.why, kind: 'text', maxLength: 500, required: true }]}
          confirm={TEXTS.reveal}
          onCancel={() => setAsking(false)}
          onSubmit={async ({ reason }, header) => {
            const { value: whole } = await data(
              api.POST(`/v1/${of}/{id}/reveal`, {
                params: { path: { id }, header },
                body: { field, reason: String(reason) },
              }),
            );
            setValue(whole);
            setAsking(false);
          }}
        />
      )}
    </span>
  );
}
