import {
  DownloadOutlined,
  LeftOutlined,
  RightOutlined,
  RotateLeftOutlined,
  RotateRightOutlined,
  ZoomInOutlined,
  ZoomOutOutlined,
} from '@ant-design/icons';
import { Alert, Button, Segmented, Skeleton, Space, Tooltip } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { fetchFile, saveFile } from '../api/client';
import { type Text, useT } from '../locale/locale';
import { isTyping } from '../ui/keys';
import { useProblemText } from '../ui/problems';
import { useWidth } from '../ui/useWidth';
import { DocumentFactsText } from './DocumentFactsText';
import { type Applicant, type DocumentFacts, headersOf } from './documents';
import { type Drawing, type OpenDocument, openDocument, type Rotation } from './drawing';

const TEXTS = {
  document: { zh: '证明材料', en: 'Document' },
  previous: { zh: '上一份', en: 'Previous document' },
  next: { zh: '下一份', en: 'Next document' },
  previousPage: { zh: '上一页', en: 'Previous page' },
  nextPage: { zh: '下一页', en: 'Next page' },
  zoomIn: { zh: '放大', en: 'Zoom in' },
  zoomOut: { zh: '缩小', en: 'Zoom out' },
  fit: { zh: '适合宽度', en: 'Fit to width' },
  left: { zh: '向左旋转', en: 'Rotate left' },
  right: { zh: '向右旋转', en: 'Rotate right' },
  download: { zh: '下载原件', en: 'Download the file' },
} satisfies Record<string, Text>;

/** Zoom factors; 1 fits the width. */
const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3, 4, 6];
const FIT = ZOOMS.indexOf(1);

interface DocumentViewerProps {
  documents: readonly DocumentFacts[];
  /** Who looks, without a session. */
  applicant?: Applicant;
  /** Heading of a document in the choice. @default its name */
  label?: (document: DocumentFacts) => string;
}

/** Shows documents one at a time, with zoom and rotation, also by key. Each look is recorded by the API. */
export function DocumentViewer({ documents, applicant, label = ({ name }) => name }: DocumentViewerProps) {
  const t = useT();
  const [chosen, setChosen] = useState<string>();
  // The newest first: it is the one to decide about. What is chosen stays while others are added.
  const document = documents.find(({ id }) => id === chosen) ?? documents.at(-1);
  if (!document) return null;
  const at = documents.indexOf(document);
  const go = (step: number) => setChosen((documents[at + step] ?? document).id);
  return (
    <div>
      {documents.length > 1 && (
        <div className="scroll" style={{ marginBottom: 8 }}>
          <Segmented
            aria-label={t(TEXTS.document)}
            value={document.id}
            options={documents.map((one) => ({ value: one.id, label: label(one) }))}
            onChange={setChosen}
          />
        </div>
      )}
      <Shown
        key={document.id}
        document={document}
        applicant={applicant}
        go={go}
        isOne={documents.length === 1}
      />
    </div>
  );
}

function Shown({
  document,
  applicant,
  go,
  isOne,
}: {
  document: DocumentFacts;
  applicant?: Applicant;
  go: (step: number) => void;
  isOne: boolean;
}) {
  const problemText = useProblemText();
  const [zoom, setZoom] = useState(FIT);
  const [rotation, setRotation] = useState<Rotation>(0);
  const [page, setPage] = useState(1);
  const address = `/v1/documents/${document.id}`;
  const { drawing, pages, error } = usePage(document.id, page, applicant);
  const turn = (degrees: number) => setRotation((now) => ((now + degrees + 360) % 360) as Rotation);
  const zoomBy = (steps: number) => setZoom((now) => Math.min(ZOOMS.length - 1, Math.max(0, now + steps)));
  const turnPage = (step: number) => setPage((now) => Math.min(pages, Math.max(1, now + step)));

  useEffect(() => {
    const byKey: Record<string, () => void> = {
      '+': () => zoomBy(1),
      '=': () => zoomBy(1),
      '-': () => zoomBy(-1),
      '0': () => setZoom(FIT),
      '[': () => turn(-90),
      ']': () => turn(90),
      ',': () => go(-1),
      '.': () => go(1),
      '<': () => turnPage(-1),
      '>': () => turnPage(1),
    };
    const onKey = (event: KeyboardEvent) => {
      const act = byKey[event.key];
      if (!act || isTyping(event)) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return (
    <>
      <Space wrap size={4} style={{ marginBottom: 8 }}>
        {!isOne && <Tool text={TEXTS.previous} keys="," icon={<LeftOutlined />} act={() => go(-1)} />}
        {!isOne && <Tool text={TEXTS.next} keys="." icon={<RightOutlined />} act={() => go(1)} />}
        <Tool text={TEXTS.zoomOut} keys="-" icon={<ZoomOutOutlined />} act={() => zoomBy(-1)} />
        <Tool text={TEXTS.fit} keys="0" act={() => setZoom(FIT)} shown={`${ZOOMS[zoom]! * 100}%`} />
        <Tool text={TEXTS.zoomIn} keys="+" icon={<ZoomInOutlined />} act={() => zoomBy(1)} />
        <Tool text={TEXTS.left} keys="[" icon={<RotateLeftOutlined />} act={() => turn(-90)} />
        <Tool text={TEXTS.right} keys="]" icon={<RotateRightOutlined />} act={() => turn(90)} />
        {pages > 1 && (
          <>
            <Tool text={TEXTS.previousPage} keys="<" icon={<LeftOutlined />} act={() => turnPage(-1)} />
            <span className="nowrap">
              {page} / {pages}
            </span>
            <Tool text={TEXTS.nextPage} keys=">" icon={<RightOutlined />} act={() => turnPage(1)} />
          </>
        )}
        <Tool
          text={TEXTS.download}
          icon={<DownloadOutlined />}
          act={() =>
            void fetchFile(address, headersOf(applicant?.token)).then((blob) => saveFile(blob, document.name))
          }
        />
      </Space>
      <div style={{ overflowWrap: 'anywhere' }}>
        {document.name} <DocumentFactsText document={document} />
      </div>
      {error !== undefined && (
        <Alert
          type="error"
          showIcon
          title={problemText(error).title}
          description={problemText(error).detail}
        />
      )}
      {drawing ? (
        <Sheet drawing={drawing} zoom={ZOOMS[zoom]!} rotation={rotation} name={document.name} />
      ) : (
        error === undefined && <Skeleton active />
      )}
    </>
  );
}

/**
 * Opens a document once, and then the page. Not a query, which would be asked again after each action: each look is an entry
 * in the audit log.
 */
function usePage(
  id: string,
  page: number,
  applicant: Applicant | undefined,
): { drawing?: Drawing; pages: number; error?: unknown } {
  const [file, setFile] = useState<OpenDocument>();
  const [drawing, setDrawing] = useState<Drawing>();
  const [error, setError] = useState<unknown>();
  const token = applicant?.token;
  useEffect(() => {
    let isOver = false;
    let opened: OpenDocument | undefined;
    const open = async () => {
      opened = await openDocument(await fetchFile(`/v1/documents/${id}/preview`, headersOf(token)));
      if (isOver) opened.close();
      else setFile(opened);
    };
    open().catch((fault: unknown) => !isOver && setError(fault));
    return () => {
      isOver = true;
      opened?.close();
    };
  }, [id, token]);
  useEffect(() => {
    let isOver = false;
    file?.page(page).then(
      (found) => !isOver && setDrawing(found),
      (fault: unknown) => !isOver && setError(fault),
    );
    return () => {
      isOver = true;
    };
  }, [file, page]);
  return { drawing, pages: file?.pages ?? 1, error };
}

function Tool({
  text,
  keys,
  icon,
  act,
  shown,
}: {
  text: Text;
  keys?: string;
  icon?: ReactNode;
  act: () => void;
  /** Text on the button, which is part of its name. */
  shown?: string;
}) {
  const t = useT();
  return (
    <Tooltip title={keys ? `${t(text)} (${keys})` : t(text)}>
      <Button
        size="small"
        icon={icon}
        onClick={act}
        aria-label={shown ? `${t(text)} ${shown}` : t(text)}
        aria-keyshortcuts={keys}
        style={{ minWidth: 32 }}
      >
        {shown}
      </Button>
    </Tooltip>
  );
}

/** One page, drawn as large as the zoom says. */
function Sheet({
  drawing,
  zoom,
  rotation,
  name,
}: {
  drawing: Drawing;
  zoom: number;
  rotation: Rotation;
  name: string;
}) {
  const [frame, width] = useWidth<HTMLElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const across = rotation % 180 === 0 ? drawing.width : drawing.height;
  const scale = (width / across) * zoom;
  useEffect(() => {
    if (!canvas.current || width === 0) return;
    // Sharp on screens with more than one dot for a pixel, within what a canvas can hold.
    const dots = Math.min(
      window.devicePixelRatio,
      MAX_CANVAS / (Math.max(drawing.width, drawing.height) * scale),
    );
    void drawing.draw(canvas.current, scale * dots, rotation);
  }, [drawing, scale, rotation, width]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scroll areas must be reachable by keyboard (WCAG 2.1.1).
    <section ref={frame} className="sheet" tabIndex={0} aria-label={name}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={name}
        data-rotation={rotation}
        data-zoom={zoom}
        style={{ width: across * scale }}
      />
    </section>
  );
}

/** Longest side of a canvas that every browser has, in dots. */
const MAX_CANVAS = 8192;
