import { Panel } from '../../detail/Panel';
import { DocumentViewer } from '../../documents/DocumentViewer';
import { useT } from '../../locale/locale';
import type { Application } from './application';

/** The documents of all rounds. */
export function Documents({ application: { documents, round } }: { application: Application }) {
  const t = useT();
  return (
    <Panel title={{ zh: '证明材料', en: 'Documents' }}>
      <DocumentViewer
        documents={documents}
        label={({ name, round: of }) =>
          round === 1 ? name : t({ zh: `第 ${of} 轮：${name}`, en: `Round ${of}: ${name}` })
        }
      />
    </Panel>
  );
}
