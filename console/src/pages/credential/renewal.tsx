import type { Field } from '../../actions/fields';
import { maybeText, textOf, type Values } from '../../actions/values';
import type { PostBody } from '../../api/types';
import { DocumentsError, uploadDocuments } from '../../documents/documents';
import { FilePicker } from '../../documents/FilePicker';
import { type Text, useT } from '../../locale/locale';
import { useFormats } from '../../ui/format';

/** Texts about credentials that several pages share. */
export const CREDENTIAL = {
  number: { zh: '编号', en: 'Number' },
  holder: { zh: '持有人', en: 'Holder' },
  validFrom: { zh: '有效期自', en: 'Valid from' },
  validUntil: { zh: '有效期至', en: 'Valid until' },
  longTerm: { zh: '长期', en: 'Long-term' },
  renew: { zh: '提交续期', en: 'Submit renewal' },
  renewed: { zh: '已提交，等待审核', en: 'Submitted; under review' },
} satisfies Record<string, Text>;

/** What the expiry of a credential does. */
export const EFFECTS: Record<'no_accrual' | 'no_release' | 'no_payout', Text> = {
  no_accrual: { zh: '新订单不计佣', en: 'New orders earn no commission' },
  no_release: { zh: '佣金照常计提，暂不结算', en: 'Commission is earned but not released' },
  no_payout: { zh: '不能打款', en: 'Nothing is paid out' },
};

/** The fields of a renewal. Dates are those on the document. */
export const renewalFields: Field[] = [
  {
    name: 'number',
    label: CREDENTIAL.number,
    kind: 'text',
    maxLength: 100,
    required: true,
    help: {
      zh: '新证件上的编号，可与原来相同。',
      en: 'As on the new document; it may be the same as before.',
    },
  },
  { name: 'validFrom', label: CREDENTIAL.validFrom, kind: 'date', required: true },
  {
    name: 'validUntil',
    label: CREDENTIAL.validUntil,
    kind: 'date',
    help: { zh: '长期有效的证件请留空。', en: 'Leave empty for a long-term credential.' },
  },
  {
    name: 'files',
    label: { zh: '证件照片或扫描件', en: 'Photos or scans of the document' },
    kind: 'custom',
    render: ({ value, onChange }) => (
      <FilePicker files={(value as File[] | undefined) ?? []} onChange={(files) => onChange?.(files)} />
    ),
  },
];

/** Uploads the chosen files and makes the request of the fields. @throws DocumentsError */
export async function renewalBody(values: Values): Promise<PostBody<'/v1/credentials/{id}/renewals'>> {
  const validUntil = maybeText(values, 'validUntil');
  const documentIds = await uploadDocuments((values.files as File[] | undefined) ?? []).catch(firstFault);
  return {
    ...(documentIds.length > 0 && { documentIds }),
    number: textOf(values, 'number'),
    validFrom: textOf(values, 'validFrom'),
    ...(validUntil && { validUntil }),
  };
}

/** The dialog says of the first file why it was refused. */
function firstFault(error: unknown): never {
  throw error instanceof DocumentsError ? [...error.faults.values()][0] : error;
}

/** A day of a credential; long-term if it is null. */
export function DayText({ day }: { day: string | null }) {
  const t = useT();
  const formats = useFormats();
  return day ? formats.day(day) : t(CREDENTIAL.longTerm);
}

/** Days until the last valid day. */
export function DaysLeft({ days }: { days: number | null }) {
  const t = useT();
  const { number } = useFormats();
  if (days === null) return '–';
  if (days < 0) {
    return (
      <span className="strong" style={{ color: '#c02626' }}>
        {t({
          zh: `已过期 ${number(-days)} 天`,
          en: `Expired ${number(-days)} ${days === -1 ? 'day' : 'days'} ago`,
        })}
      </span>
    );
  }
  if (days === 0) return <span className="strong">{t({ zh: '今天到期', en: 'Expires today' })}</span>;
  return t({ zh: `${number(days)} 天`, en: days === 1 ? '1 day' : `${number(days)} days` });
}
