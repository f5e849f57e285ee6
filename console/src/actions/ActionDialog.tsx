import { Alert, Form, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import type { IdempotencyKey } from '../api/client';
import { ProblemError } from '../api/problem';
import { useRepeatKey } from '../api/useRepeatKey';
import { type Text, useT } from '../locale/locale';
import { WORDS } from '../locale/words';
import { useTimeZone } from '../ui/format';
import { useProblemText } from '../ui/problems';
import { type Field, FieldInput, toBody, toInitialValues } from './fields';

interface ActionDialogProps {
  title: string;
  /** What is about to happen, to whom, and how much. */
  summary?: ReactNode;
  fields: readonly Field[];
  confirm?: Text;
  danger?: boolean;
  onCancel: () => void;
  /** Carries it out; what it throws is shown, and the form stays as it is. */
  onSubmit: (body: Record<string, unknown>, key: IdempotencyKey) => Promise<unknown>;
}

/** Asks for what an action needs, carries it out, and says at the field what the server did not accept. */
export function ActionDialog({
  title,
  summary,
  fields,
  confirm,
  danger,
  onCancel,
  onSubmit,
}: ActionDialogProps) {
  const t = useT();
  const problemText = useProblemText();
  const timeZone = useTimeZone();
  const [form] = Form.useForm();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { keyFor, failed } = useRepeatKey();

  const submit = async (values: Record<string, unknown>) => {
    setBusy(true);
    setProblem(undefined);
    const body = toBody(fields, values, timeZone);
    try {
      await onSubmit(body, keyFor(body));
    } catch (error) {
      failed(error);
      setProblem(error);
      if (error instanceof ProblemError) {
        // Where the refusal has words in the person's language, they stand at the field too.
        const { title, detail: inEnglish } = problemText(error);
        const own = inEnglish === undefined && error.code !== 'body_not_valid' ? title : undefined;
        form.setFields(
          error.fields.flatMap(({ pointer, detail }) => {
            const name = pointer.split('/')[1];
            return fields.some((field) => field.name === name) ? [{ name, errors: [own ?? detail] }] : [];
          }),
        );
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal
      open
      title={title}
      okText={t(confirm ?? WORDS.confirm)}
      cancelText={t(WORDS.cancel)}
      okButtonProps={{ danger, loading: busy, htmlType: 'submit' }}
      onOk={form.submit}
      onCancel={onCancel}
      mask={{ closable: false }}
    >
      {summary && <div style={{ marginBottom: 12 }}>{summary}</div>}
      {problem !== undefined && (
        <Alert
          type="error"
          showIcon
          role="alert"
          style={{ marginBottom: 12 }}
          title={problemText(problem).title}
          description={problemText(problem).detail}
        />
      )}
      <Form
        form={form}
        layout="vertical"
        onFinish={(values) => void submit(values)}
        initialValues={toInitialValues(fields, timeZone)}
      >
        {fields.map((field, index) => (
          <FieldInput key={field.name} field={field} autoFocus={index === 0} />
        ))}
        {/* Without a field Enter would do nothing. */}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Modal>
  );
}
