import { CameraOutlined, DeleteOutlined, PaperClipOutlined } from '@ant-design/icons';
import { Button, Space } from 'antd';
import { useRef, useState } from 'react';
import { DOCUMENT_TYPES, MAX_DOCUMENT_BYTES } from '../../../domain/document';
import { type Text, useT } from '../locale/locale';
import { useProblemText } from '../ui/problems';
import { SizeText } from './DocumentFactsText';

const TEXTS = {
  choose: { zh: '选择文件', en: 'Choose files' },
  photo: { zh: '拍照', en: 'Take a photo' },
  remove: { zh: '移除', en: 'Remove' },
  rule: { zh: 'PDF、JPEG 或 PNG，每个最大 20 MB。', en: 'PDF, JPEG or PNG, up to 20 MB each.' },
  tooLarge: { zh: '超过 20 MB，请压缩后再选', en: 'is larger than 20 MB; choose a smaller file' },
  empty: { zh: '是空文件', en: 'is empty' },
  type: { zh: '不是 PDF、JPEG 或 PNG', en: 'is not a PDF, JPEG or PNG' },
  tooMany: { zh: '最多 20 个文件。', en: 'Max 20 files.' },
} satisfies Record<string, Text>;

const MAX_FILES = 20;

interface FilePickerProps {
  files: readonly File[];
  onChange: (files: File[]) => void;
  /** What is wrong with a file, as the server said. */
  faults?: ReadonlyMap<File, unknown>;
  disabled?: boolean;
}

/** Chooses files to upload; on a phone also with its camera. */
export function FilePicker({ files, onChange, faults, disabled }: FilePickerProps) {
  const t = useT();
  const problemText = useProblemText();
  const chooser = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<string[]>([]);

  const add = (chosen: FileList | null) => {
    const judged = [...(chosen ?? [])].map((file) => ({ file, fault: faultOf(file) }));
    const taken = judged.flatMap(({ file, fault }) => (fault ? [] : [file]));
    const rest = files.length + taken.length > MAX_FILES ? [t(TEXTS.tooMany)] : [];
    setRefused([
      ...judged.flatMap(({ file, fault }) => (fault ? [`${file.name} ${t(fault)}`] : [])),
      ...rest,
    ]);
    onChange([...files, ...taken].slice(0, MAX_FILES));
  };
  const input = {
    type: 'file',
    style: { display: 'none' },
    accept: DOCUMENT_TYPES.join(','),
    onChange: ({ target }: React.ChangeEvent<HTMLInputElement>) => {
      add(target.files);
      // The same file can be chosen again after it was removed.
      target.value = '';
    },
  };

  return (
    <div style={{ marginBottom: 16 }}>
      {files.length > 0 && (
        <ul className="files">
          {files.map((file) => (
            <li key={`${file.name}/${file.lastModified}/${file.size}`}>
              <PaperClipOutlined aria-hidden />
              <span>
                {file.name} <SizeText bytes={file.size} />
                {faults?.has(file) && (
                  <div role="alert" className="file-fault">
                    {problemText(faults.get(file)).title}
                  </div>
                )}
              </span>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                disabled={disabled}
                aria-label={`${t(TEXTS.remove)} ${file.name}`}
                onClick={() => onChange(files.filter((one) => one !== file))}
              />
            </li>
          ))}
        </ul>
      )}
      <input {...input} ref={camera} accept="image/jpeg,image/png" capture="environment" />
      <input {...input} ref={chooser} multiple />
      <Space wrap>
        {hasCamera() && (
          <Button icon={<CameraOutlined />} disabled={disabled} onClick={() => camera.current?.click()}>
            {t(TEXTS.photo)}
          </Button>
        )}
        <Button icon={<PaperClipOutlined />} disabled={disabled} onClick={() => chooser.current?.click()}>
          {t(TEXTS.choose)}
        </Button>
      </Space>
      <div className="muted">{t(TEXTS.rule)}</div>
      {refused.map((text) => (
        <div key={text} role="alert" className="file-fault">
          {text}
        </div>
      ))}
    </div>
  );
}

/** A device that is held in the hand: elsewhere the browser ignores `capture`. */
const hasCamera = () => window.matchMedia('(pointer: coarse)').matches;

/** The server decides by the content; this saves an upload that it would refuse. */
function faultOf({ size, type }: File): Text | undefined {
  if (size > MAX_DOCUMENT_BYTES) return TEXTS.tooLarge;
  if (size === 0) return TEXTS.empty;
  // Some systems do not know the type.
  return type && !DOCUMENT_TYPES.some((known) => known === type) ? TEXTS.type : undefined;
}
