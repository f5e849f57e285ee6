import { Alert } from 'antd';
import { useProblemText } from '../../ui/problems';

/** Shows above a form why it was refused; nothing without a problem. */
export function ProblemAlert({ problem, title }: { problem: unknown; title?: string }) {
  const problemText = useProblemText();
  if (problem === undefined) return null;
  const text = problemText(problem);
  return (
    <Alert
      role="alert"
      type="error"
      showIcon
      style={{ marginBlock: 12 }}
      title={title ?? text.title}
      description={title ? undefined : text.detail}
    />
  );
}
