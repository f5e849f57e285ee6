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
import type { CheckResult } from '../../../domain/checkResult';
import { CHECK_CODES } from '../locale/compliance';
import { type Text, useT } from '../locale/locale';
import { digitsOf, ZoneNote } from '../ui/format';
import { clockTimeOf, momentOf } from '../ui/zone';

interface Option {
  value: string;
  label: Text;
}

/** An input field of an action. */
export type Field = {
  /** Name in the body of the request. */
  name: string;
  label: Text;
  required?: boolean;
  help?: Text;
  initial?: unknown;
} & (
  | {
      kind: 'text';
      maxLength?: number;
      /** Checks what is typed by the rules of the server. */
      check?: (value: string) => CheckResult;
    }
  | { kind: 'textarea'; maxLength?: number }
  | {
      kind: 'select';
      /** Can depend on other values of the form; a choice that is no longer offered is removed. */
      options: readonly Option[] | ((values: Record<string, unknown>) => readonly Option[]);
      multiple?: boolean;
      search?: boolean;
      /** Preview of the chosen value, shown below the field. */
      preview?: (value: string) => ReactNode;
    }
  /** Free text with suggestions. */
  | { kind: 'suggest'; options: readonly string[] }
  | { kind: 'money'; currency: string }
  | { kind: 'number'; min?: number; max?: number }
  /** Entered in the brand's time zone; the initial value is RFC 3339. */
  | { kind: 'time' }
  | { kind: 'date' }
  | { kind: 'switch' }
  /** Rendered by the page; the value given to `onChange` is sent unchanged. */
  | { kind: 'custom'; render: (control: CustomControl) => ReactNode }
);

/** Props of a control that the page renders. */
export interface CustomControl {
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
}

const REQUIRED: Text = { zh: '请填写此项', en: 'Required' };

/** One field of a form, rendered from its description. */
export function FieldInput({ field, autoFocus }: { field: Field; autoFocus?: boolean }) {
  const t = useT();
  const value: unknown = Form.useWatch(field.name);
  const checked = (_: unknown, typedText?: string) => {
    const result = field.kind === 'text' && typedText?.trim() ? field.check?.(typedText) : undefined;
    if (!result || result.passed) return Promise.resolve();
    const known = CHECK_CODES[result.code];
    return Promise.reject(new Error(known ? t(known) : result.reason));
  };
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
      validateDebounce={700}
      rules={[{ required: field.required, message: t(REQUIRED) }, { validator: checked }]}
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

// Form.Item passes value, onChange and id to its child.
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
      // The list stays open for the next choice and must not cover the button below.
      placement={field.multiple ? 'topLeft' : undefined}
      listHeight={field.multiple ? 192 : undefined}
      showSearch={field.search ? { optionFilterProp: 'label' } : false}
      allowClear={!field.required}
      options={options.map((option) => ({ value: option.value, label: t(option.label) }))}
      {...control}
    />
  );
}

/** Typed input is applied immediately; Enter applies it without submitting the form. */
const typed: DatePickerProps = {
  needConfirm: false,
  style: { width: '100%' },
  onKeyDown: (event) => {
    if (event.key === 'Enter') event.preventDefault();
  },
};

/** Initial values of a form. */
export function toInitialValues(fields: readonly Field[], timeZone: string): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ kind, name, initial }) => [
      name,
      kind === 'time' && typeof initial === 'string' ? dayjs(clockTimeOf(initial, timeZone)) : initial,
    ]),
  );
}

/** Values of a form as a request body: times as RFC 3339, money in minor units, without empty texts. */
export function toBody(
  fields: readonly Field[],
  values: Record<string, unknown>,
  timeZone: string,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined || value === null || value === '') continue;
    // Use the shown time only: the picker's own zone is the browser's.
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
