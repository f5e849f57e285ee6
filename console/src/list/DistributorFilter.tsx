import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { api, data } from '../api/client';
import { type Text, useT } from '../locale/locale';

const NONE: Text = { zh: '没有找到分销商', en: 'No distributor found' };

interface DistributorFilterProps {
  label: string;
  /** ID of the chosen distributor. */
  value?: string;
  onChange?: (id: string | undefined) => void;
  id?: string;
}

/** Chooses a distributor by part of the name or the referral code. */
export function DistributorFilter({ label, value, onChange, id }: DistributorFilterProps) {
  const t = useT();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['distributors-by-name', q],
    queryFn: ({ signal }) =>
      data(api.GET('/v1/distributors', { params: { query: { ...(q && { q }), limit: 20 } }, signal })),
    staleTime: 60_000,
  });
  const chosen = useQuery({
    queryKey: ['distributor-name', value],
    queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path: { id: value! } } })),
    enabled: value !== undefined,
    staleTime: 300_000,
  });
  const options = (found.data?.items ?? []).map((one) => ({
    value: one.id,
    label: `${one.name} · ${one.referralCode}`,
  }));
  if (value && !options.some((option) => option.value === value))
    options.unshift({ value, label: chosen.data?.name ?? value });
  return (
    <Select
      id={id}
      aria-label={label}
      placeholder={label}
      allowClear
      showSearch={{ filterOption: false, onSearch: setText }}
      style={{ minWidth: 150, maxWidth: 260 }}
      popupMatchSelectWidth={false}
      notFoundContent={found.isFetching ? null : t(NONE)}
      value={value}
      options={options}
      onChange={(next: string | undefined) => onChange?.(next)}
    />
  );
}
