import { Button } from 'antd';
import { useState } from 'react';
import type { Answer } from '../../../api/types';
import { DocumentFactsText } from '../../../documents/DocumentFactsText';
import type { Applicant } from '../../../documents/documents';
import { FilePicker } from '../../../documents/FilePicker';
import { type Text, useT } from '../../../locale/locale';
import { addDocuments } from './addDocuments';

type Application = Answer<'/v1/applications/{id}'>;

const TEXTS = {
  title: { zh: '证明材料', en: 'Documents' },
  none: { zh: '还没有上传。', en: 'Nothing uploaded yet.' },
  add: { zh: '上传所选文件', en: 'Upload the chosen files' },
  refused: {
    zh: '仍在上面列出的文件没有上传成功，请检查后重试。',
    en: 'The files still listed above were not uploaded. Check them and try again.',
  },
} satisfies Record<string, Text>;

/** What the applicant has uploaded, and a way to add more until the decision. */
export function OwnDocuments({
  application: { state, documents },
  applicant,
  onChange,
}: {
  application: Application;
  applicant: Applicant;
  onChange: () => Promise<void>;
}) {
  const t = useT();
  const [files, setFiles] = useState<File[]>([]);
  const [busy, setBusy] = useState(false);
  const [isRefused, setRefused] = useState(false);
  // With requested changes the form takes them.
  const mayAdd = state === 'submitted' || state === 'in_review';
  if (!mayAdd && !documents.length) return null;

  const add = async () => {
    setBusy(true);
    const refused = await addDocuments(files, applicant);
    setFiles(refused);
    setRefused(refused.length > 0);
    setBusy(false);
    await onChange();
  };

  return (
    <>
      <h2>{t(TEXTS.title)}</h2>
      {documents.length === 0 && <p className="muted">{t(TEXTS.none)}</p>}
      <ul>
        {documents.map((document) => (
          <li key={document.id} style={{ overflowWrap: 'anywhere' }}>
            {document.name} <DocumentFactsText document={document} />
          </li>
        ))}
      </ul>
      {mayAdd && <FilePicker files={files} onChange={setFiles} disabled={busy} />}
      {mayAdd && files.length > 0 && (
        <Button type="primary" loading={busy} onClick={() => void add()}>
          {t(TEXTS.add)}
        </Button>
      )}
      {isRefused && (
        <p role="alert" className="file-fault">
          {t(TEXTS.refused)}
        </p>
      )}
    </>
  );
}
