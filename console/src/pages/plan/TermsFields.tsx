import { InputNumber, Select, Switch } from 'antd';
import { useT } from '../../locale/locale';
import { PlanField } from './PlanField';
import { type Draft, PLAN, type Problems } from './terms';

interface TermsFieldsProps {
  draft: Draft;
  problems: Problems;
  onChange: (change: Partial<Draft>) => void;
}

/** Editor of the terms for all levels. */
export function TermsFields({ draft, problems, onChange }: TermsFieldsProps) {
  const t = useT();
  return (
    <>
      <PlanField label={PLAN.returnWindow} problem={problems.get('/returnWindowDays')} required>
        {(id) => (
          <InputNumber
            id={id}
            style={{ width: '100%' }}
            min={0}
            max={365}
            value={draft.returnWindowDays}
            onChange={(returnWindowDays) => onChange({ returnWindowDays })}
          />
        )}
      </PlanField>
      <PlanField label={PLAN.attributionDays} problem={problems.get('/attributionDays')} required>
        {(id) => (
          <InputNumber
            id={id}
            style={{ width: '100%' }}
            min={0}
            max={3650}
            value={draft.attributionDays}
            onChange={(attributionDays) => onChange({ attributionDays })}
          />
        )}
      </PlanField>
      <PlanField label={PLAN.inactiveUpline}>
        {(id) => (
          <Select
            id={id}
            value={draft.inactiveUpline}
            onChange={(inactiveUpline) => onChange({ inactiveUpline })}
            options={[
              { value: 'forfeit' as const, label: t(PLAN.forfeit) },
              { value: 'next_up' as const, label: t(PLAN.nextUp) },
            ]}
          />
        )}
      </PlanField>
      <PlanField label={PLAN.automatic}>
        {(id) => (
          <Switch
            id={id}
            checked={draft.automaticRelease}
            onChange={(automaticRelease) => onChange({ automaticRelease })}
          />
        )}
      </PlanField>
    </>
  );
}
