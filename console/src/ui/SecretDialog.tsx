import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Modal, Space } from 'antd';
import type { ReactNode } from 'react';
import { saveFile } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { CopyButton } from './CopyButton';

const TEXTS = {
  once: {
    zh: '只显示这一次，关闭后无法再查看。请立即保存。',
    en: 'Shown only once. Save it now; it cannot be viewed again.',
  },
  download: { zh: '下载', en: 'Download' },
  kept: { zh: '我已保存', en: 'I have saved it' },
} satisfies Record<string, Text>;

interface SecretDialogProps {
  title: Text;
  /** Purpose and recipient. */
  hint: ReactNode;
  secret: string;
  /** Also offers it as a file. */
  fileName?: string;
  onClose: () => void;
}

/** Shows a secret that is shown only once: a key, a link, recovery codes. Closes only by its button. */
export function SecretDialog({ title, hint, secret, fileName, onClose }: SecretDialogProps) {
  const t = useT();
  return (
    <Modal
      open
      title={t(title)}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Space wrap>
          <CopyButton text={secret} />
          {fileName && (
            <Button
              icon={<DownloadOutlined />}
              onClick={() => saveFile(new Blob([`${secret}\n`], { type: 'text/plain' }), fileName)}
            >
              {t(TEXTS.download)}
            </Button>
          )}
          <Button type="primary" onClick={onClose}>
            {t(TEXTS.kept)}
          </Button>
        </Space>
      }
    >
      <Alert type="warning" showIcon title={t(TEXTS.once)} style={{ marginBottom: 12 }} />
      <div style={{ marginBottom: 8 }}>{hint}</div>
      <pre className="secret">{secret}</pre>
    </Modal>
  );
}
