import { Alert, Button, Space } from 'antd';
import { type Text, useT } from '../../locale/locale';
import { useFormats } from '../../ui/format';
import type { KeptDraft } from './keptDraft';

const TEXTS = {
  resume: { zh: '继续填写', en: 'Continue editing' },
  discard: { zh: '丢弃', en: 'Discard' },
  hint: {
    zh: '如果在下面开始填写新的内容，它会被覆盖。',
    en: 'If you start a new entry below, the saved draft is replaced.',
  },
} satisfies Record<string, Text>;

interface KeptDraftNoticeProps {
  kept: KeptDraft;
  onResume: () => void;
  onDiscard: () => void;
}

/** Offers to continue an unsaved plan from this browser. */
export function KeptDraftNotice({ kept, onResume, onDiscard }: KeptDraftNoticeProps) {
  const t = useT();
  const { time } = useFormats();
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      style={{ marginBottom: 16 }}
      title={t({
        zh: `您有一份 ${time(kept.typedAt)} 未保存的方案${kept.draft.name ? `“${kept.draft.name}”` : ''}`,
        en: `You have an unsaved plan from ${time(kept.typedAt)}${kept.draft.name ? `: ${kept.draft.name}` : ''}`,
      })}
      description={t(TEXTS.hint)}
      action={
        <Space wrap>
          <Button type="primary" onClick={onResume}>
            {t(TEXTS.resume)}
          </Button>
          <Button onClick={onDiscard}>{t(TEXTS.discard)}</Button>
        </Space>
      }
    />
  );
}
