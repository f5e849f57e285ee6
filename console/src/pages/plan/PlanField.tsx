import { type ReactNode, useId } from 'react';
import { type Text, useT } from '../../locale/locale';

interface PlanFieldProps {
  label: Text;
  problem?: Text;
  required?: boolean;
  children: (id: string) => ReactNode;
}

/** A field with its label above and its problem below. */
export function PlanField({ label, problem, required, children }: PlanFieldProps) {
  const t = useT();
  const id = useId();
  return (
    <div className={problem ? 'plan-field has-problem' : 'plan-field'}>
      <label htmlFor={id}>
        {t(label)}
        {required && <span aria-hidden> *</span>}
      </label>
      {children(id)}
      {problem && <FieldProblem text={problem} />}
    </div>
  );
}

/** Problem of a field. */
export function FieldProblem({ text }: { text: Text }) {
  return (
    <div className="plan-problem" role="alert">
      {useT()(text)}
    </div>
  );
}
