import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { api, data } from '../api/client';
import { useMe } from '../app/session';

/**
 * The currency of the newest order, which can differ from the brand's; the brand's currency without orders.
 * @returns undefined before it is known
 */
export function useUsualCurrency(): string | undefined {
  const { currency } = useMe().brand;
  const newest = useQuery({
    queryKey: ['newest-order'],
    queryFn: () => data(api.GET('/v1/orders', { params: { query: { limit: 1 } } })),
    staleTime: 300_000,
  });
  return newest.isPending ? undefined : (newest.data?.items[0]?.currency ?? currency);
}

interface CurrencySelectProps {
  label: string;
  value: string;
  onChange: (currency: string) => void;
}

/** Selects a currency by ISO 4217 code. */
export function CurrencySelect({ label, value, onChange }: CurrencySelectProps) {
  return (
    <Select
      aria-label={label}
      showSearch
      style={{ width: 100 }}
      value={value}
      options={Intl.supportedValuesOf('currency').map((code) => ({ value: code, label: code }))}
      onChange={onChange}
    />
  );
}
