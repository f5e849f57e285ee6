import { DownloadOutlined, DownOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Space } from 'antd';
import { useState } from 'react';
import { downloadCsv } from '../api/client';
import { type Text, useLocale } from '../locale/locale';
import { useProblemText } from '../ui/problems';

const TEXTS = {
  export: { zh: '导出 CSV', en: 'Export CSV' },
  more: { zh: '其他导出格式', en: 'Other export formats' },
  raw: { zh: '导出原始数据（供程序使用）', en: 'Export raw data (for programs)' },
} satisfies Record<string, Text>;

interface ExportButtonProps {
  /** Address of the list in the API. */
  path: string;
  query: Record<string, string>;
  /** Without its ending. */
  fileName: string;
  /** What it exports, on a page with several: the button is small and names it for screen readers. */
  of?: Text;
}

/** Exports all entries: as on the screen, in its language and zone, or as the API gives them to programs. */
export function ExportButton({ path, query, fileName, of }: ExportButtonProps) {
  const { t, locale } = useLocale();
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [busy, setBusy] = useState(false);

  const save = async (form: Record<string, string>) => {
    setBusy(true);
    try {
      await downloadCsv(path, { ...query, ...form }, `${fileName}.csv`);
    } catch (error) {
      void message.error(problemText(error).title);
    } finally {
      setBusy(false);
    }
  };

  const size = of ? 'small' : undefined;
  const named = (text: Text) => (of ? `${t(text)}: ${t(of)}` : t(text));
  return (
    <Space.Compact>
      <Button
        size={size}
        icon={<DownloadOutlined />}
        loading={busy}
        aria-label={named(TEXTS.export)}
        onClick={() => void save({ language: locale })}
      >
        {of ? 'CSV' : t(TEXTS.export)}
      </Button>
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{ items: [{ key: 'raw', label: t(TEXTS.raw), onClick: () => void save({}) }] }}
      >
        <Button size={size} icon={<DownOutlined />} aria-label={named(TEXTS.more)} disabled={busy} />
      </Dropdown>
    </Space.Compact>
  );
}
