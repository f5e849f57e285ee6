import { Alert, Form, Modal } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { idempotencyKey } from '../api/client';
import { ProblemError } from '../api/problem';
import { type Text, useT } from '../locale/locale';
import { WORDS } from '../locale/words';
import { useProblemText } from '../ui/problems';
import { type Field, FieldInput, toBody } from './fields';

/** Header under which the API carries a request out once. */
export type IdempotencyKey = ReturnType<typeof idempotencyKey>;

interface ActionDialogProps {
  title: string;
  /** What is about to happen, to whom, and how much. */
  summary?: ReactNode;
  fields: readonly Field[];
  confirm?: Text;
  danger?: boolean;
  onCancel: () => void;
  /**
   * Carries it out; what it throws is shown, and the form stays as it is.
   * @param key header of the request, the same when the same is sent again because no answer came
   */
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
  const [form] = Form.useForm();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const attempt = useRef<{ text: string; key: IdempotencyKey }>(undefined);

  const submit = async (values: Record<string, unknown>) => {
    setBusy(true);
    setProblem(undefined);
    const body = toBody(fields, values);
    const text = JSON.stringify(body);
    if (attempt.current?.text !== text) attempt.current = { text, key: idempotencyKey() };
    try {
      await onSubmit(body, attempt.current.key);
    } catch (error) {
      setProblem(error);
      if (error instanceof ProblemError) {
        // A refusal is final for its key; trying again is a new request.
        if (error.status < 500) attempt.current = undefined;
        form.setFields(
          error.fields.flatMap(({ pointer, detail }) => {
            const name = pointer.split('/')[1];
            return fields.some((field) => field.name === name) ? [{ name, errors: [detail] }] : [];
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
        initialValues={Object.fromEntries(fields.map(({ name, initial }) => [name, initial]))}
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
