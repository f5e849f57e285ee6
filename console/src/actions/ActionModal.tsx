import { useQueryClient } from '@tanstack/react-query';
import { Alert, Form, Modal } from 'antd';
import { useState } from 'react';
import { WORDS } from '../../../domain/words/glossary';
import { ProblemError } from '../api/problem';
import { useSend } from '../api/useSend';
import { useT } from '../locale/locale';
import { useTimeZone } from '../ui/format';
import { useProblemText } from '../ui/problems';
import type { ActionDialogProps } from './ActionDialog';
import { FieldInput, toBody, toInitialValues } from './fields';

/** Asks for the input of an action, carries it out, and shows the server's errors at the fields. */
export default function ActionModal(props: ActionDialogProps) {
  const { title, summary, fields, confirm, danger, onCancel, onSubmit } = props;
  const t = useT();
  const problemText = useProblemText();
  const timeZone = useTimeZone();
  const queries = useQueryClient();
  const [form] = Form.useForm();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { send, isUnanswered } = useSend();

  const submit = async (values: Record<string, unknown>) => {
    setBusy(true);
    setProblem(undefined);
    const body = toBody(fields, values, timeZone);
    try {
      await send(body, (key) => onSubmit(body, key));
    } catch (error) {
      setProblem(error);
      if (error instanceof ProblemError) {
        // A refusal with a text in the person's language is shown at the field as well.
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

  const cancel = () => {
    // The request may have been carried out; reload, so that the person sees it before trying again.
    if (isUnanswered()) void queries.invalidateQueries();
    onCancel();
  };

  return (
    <Modal
      open
      title={title}
      okText={t(confirm ?? WORDS.confirm)}
      cancelText={t(WORDS.cancel)}
      okButtonProps={{ danger, loading: busy, htmlType: 'submit' }}
      onOk={form.submit}
      onCancel={cancel}
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
