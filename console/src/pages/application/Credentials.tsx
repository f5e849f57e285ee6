import { Table } from 'antd';
import { credentialTypes } from '../../../../domain/credentialTypes';
import type { Answer } from '../../api/types';
import { Panel } from '../../detail/Panel';
import { CodeName } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { useFormats } from '../../ui/format';

type Credential = Answer<'/v1/distributors/{id}/credentials'>['items'][number];

const TEXTS = {
  type: { zh: '资质', en: 'Credential' },
  number: { zh: '编号', en: 'Number' },
  holder: { zh: '持有人', en: 'Holder' },
  validity: { zh: '有效期', en: 'Validity' },
  longTerm: { zh: '长期', en: 'long-term' },
  none: { zh: '没有资质', en: 'No credentials' },
} satisfies Record<string, Text>;

/** Credentials with holder and validity. */
export function Credentials({ title, items }: { title: Text; items: readonly Credential[] }) {
  const t = useT();
  const { day } = useFormats();
  return (
    <Panel title={title}>
      <Table<Credential>
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={[...items]}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t(TEXTS.none) }}
        columns={[
          {
            title: t(TEXTS.type),
            key: 'type',
            render: (_, { type }) => <CodeName names={credentialTypes} code={type} />,
          },
          { title: t(TEXTS.number), dataIndex: 'numberMasked' },
          { title: t(TEXTS.holder), dataIndex: 'holder' },
          {
            title: t(TEXTS.validity),
            key: 'validity',
            render: (_, { validFrom, validUntil }) =>
              `${day(validFrom)} – ${validUntil ? day(validUntil) : t(TEXTS.longTerm)}`,
          },
        ]}
      />
    </Panel>
  );
}
