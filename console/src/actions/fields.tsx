import {
  AutoComplete,
  DatePicker,
  type DatePickerProps,
  Form,
  Input,
  InputNumber,
  Select,
  Switch,
} from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useEffect } from 'react';
import { type Text, useT } from '../locale/locale';
import { digitsOf, ZoneNote } from '../ui/format';
import { clockTimeOf, momentOf } from '../ui/zone';

interface Option {
  value: string;
  label: Text;
}

/** A value that an action asks for. */
export type Field = {
  /** Name in the body of the request. */
  name: string;
  label: Text;
  required?: boolean;
  help?: Text;
  initial?: unknown;
} & (
  | { kind: 'text'; maxLength?: number }
  | { kind: 'textarea'; maxLength?: number }
  | {
      kind: 'select';
      /** May depend on what else stands in the form; what is not offered any more is not chosen any more. */
      options: readonly Option[] | ((values: Record<string, unknown>) => readonly Option[]);
      multiple?: boolean;
      search?: boolean;
      /** What is shown below about the value that is chosen. */
      preview?: (value: string) => ReactNode;
    }
  /** A text, with what is usual offered. */
  | { kind: 'suggest'; options: readonly string[] }
  | { kind: 'money'; currency: string }
  | { kind: 'number'; min?: number; max?: number }
  /** On the clock of the brand's zone; begins with a moment, RFC 3339. */
  | { kind: 'time' }
  | { kind: 'date' }
  | { kind: 'switch' }
  /** Drawn by the page itself; what it hands to `onChange` stands in the body as it is. */
  | { kind: 'custom'; render: (control: CustomControl) => ReactNode }
);

/** What a control that a page draws itself gets from the form. */
export interface CustomControl {
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
}

const REQUIRED: Text = { zh: '请填写此项', en: 'Required' };

/** One field of a form, by its description. */
export function FieldInput({ field, autoFocus }: { field: Field; autoFocus?: boolean }) {
  const t = useT();
  const value: unknown = Form.useWatch(field.name);
  const preview = field.kind === 'select' && typeof value === 'string' && field.preview?.(value);
  const hint =
    field.kind === 'time' ? (
      <>
        <ZoneNote /> {field.help && t(field.help)}
      </>
    ) : (
      field.help && t(field.help)
    );
  return (
    <Form.Item
      name={field.name}
      label={t(field.label)}
      help={undefined}
      extra={preview || hint}
      valuePropName={field.kind === 'switch' ? 'checked' : 'value'}
      rules={[{ required: field.required, message: t(REQUIRED) }]}
    >
      {field.kind === 'custom' ? (
        <Custom render={field.render} />
      ) : (
        <Control field={field} autoFocus={autoFocus} />
      )}
    </Form.Item>
  );
}

function Custom({ render, ...control }: CustomControl & { render: (control: CustomControl) => ReactNode }) {
  return render(control);
}

// Form.Item passes value, onChange and id on to what it holds.
interface ControlProps {
  field: Exclude<Field, { kind: 'custom' }>;
  autoFocus?: boolean;
  onChange?: (value: unknown) => void;
}

function Control({ field, ...control }: ControlProps) {
  switch (field.kind) {
    case 'text':
      return <Input maxLength={field.maxLength} {...control} />;
    case 'textarea':
      return <Input.TextArea rows={3} maxLength={field.maxLength ?? 1000} showCount {...control} />;
    case 'select':
      return <SelectControl field={field} {...control} />;
    case 'suggest':
      return (
        <AutoComplete
          options={field.options.map((value) => ({ value }))}
          filterOption={(text, option) =>
            !text || String(option?.value).toLowerCase().includes(text.toLowerCase())
          }
          {...control}
        />
      );
    case 'money':
      return (
        <InputNumber
          min={0}
          precision={digitsOf(field.currency)}
          suffix={field.currency}
          style={{ width: '100%' }}
          {...control}
        />
      );
    case 'number':
      return <InputNumber min={field.min} max={field.max} style={{ width: '100%' }} {...control} />;
    case 'time':
      return (
        <DatePicker
          showTime={{ format: 'HH:mm' }}
          format="YYYY-MM-DD HH:mm"
          {...typed}
          {...control}
          onCalendarChange={control.onChange}
        />
      );
    case 'date':
      return <DatePicker {...typed} {...control} onCalendarChange={control.onChange} />;
    case 'switch':
      return <Switch {...control} />;
  }
}

interface SelectControlProps extends Omit<ControlProps, 'field'> {
  field: Extract<Field, { kind: 'select' }>;
  value?: string | string[];
}

function SelectControl({ field, ...control }: SelectControlProps) {
  const t = useT();
  const values = Form.useWatch((all: Record<string, unknown>) => all) ?? {};
  const { value, onChange } = control;
  const options = typeof field.options === 'function' ? field.options(values) : field.options;
  const kept = Array.isArray(value)
    ? value.filter((chosen) => options.some((option) => option.value === chosen))
    : value;
  useEffect(() => {
    if (Array.isArray(kept) && kept.length !== value?.length) onChange?.(kept);
  });
  return (
    <Select
      mode={field.multiple ? 'multiple' : undefined}
      // It stays open for the next choice, and must not lie over the button below.
      placement={field.multiple ? 'topLeft' : undefined}
      listHeight={field.multiple ? 192 : undefined}
      showSearch={field.search ? { optionFilterProp: 'label' } : false}
      allowClear={!field.required}
      options={options.map((option) => ({ value: option.value, label: t(option.label) }))}
      {...control}
    />
  );
}

/** What is typed counts as it stands there; Enter takes it, and does not send the form as well. */
const typed: DatePickerProps = {
  needConfirm: false,
  style: { width: '100%' },
  onKeyDown: (event) => {
    if (event.key === 'Enter') event.preventDefault();
  },
};

/** What a form begins with. */
export function toInitialValues(fields: readonly Field[], timeZone: string): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ kind, name, initial }) => [
      name,
      kind === 'time' && typeof initial === 'string' ? dayjs(clockTimeOf(initial, timeZone)) : initial,
    ]),
  );
}

/** What a form holds, as the API takes it: times as RFC 3339, money in minor units, empty texts left out. */
export function toBody(
  fields: readonly Field[],
  values: Record<string, unknown>,
  timeZone: string,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined || value === null || value === '') continue;
    // Only what the picker shows counts: its own zone is the browser's.
    if (field.kind === 'time' && dayjs.isDayjs(value))
      body[field.name] = momentOf(value.format('YYYY-MM-DDTHH:mm:ss'), timeZone);
    else if (field.kind === 'date' && dayjs.isDayjs(value)) body[field.name] = value.format('YYYY-MM-DD');
    else if (field.kind === 'money')
      body[field.name] = {
        amount: Math.round(Number(value) * 10 ** digitsOf(field.currency)),
        currency: field.currency,
      };
    else body[field.name] = typeof value === 'string' ? value.trim() : value;
  }
  return body;
}
