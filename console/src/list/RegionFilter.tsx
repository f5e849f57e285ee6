import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api, data } from '../api/client';
import { useRegionName } from '../locale/regions';

interface RegionFilterProps {
  label: string;
  value: string | undefined;
  onChange: (region: string | undefined) => void;
}

/** Selects a ship-to region of existing orders, by name or code; others can be typed. */
export function RegionFilter({ label, value, onChange }: RegionFilterProps) {
  const nameOf = useRegionName();
  const [text, setText] = useState('');
  const known = useQuery({
    queryKey: ['order-regions'],
    queryFn: () => data(api.GET('/v1/orders/regions')),
    staleTime: 300_000,
  });
  const typed = text.trim();
  const codes = new Set([...(known.data?.regions ?? []), ...(value ? [value] : [])]);
  const options = [...codes].map((code) => {
    const name = nameOf(code);
    return { value: code, label: name === code ? code : `${name} ${code}` };
  });
  // Before the regions are loaded, a typed name would be used as a code.
  if (
    typed &&
    !known.isPending &&
    !options.some((option) => option.label.toLowerCase().includes(typed.toLowerCase()))
  )
    options.push({ value: typed, label: typed });
  return (
    <Select
      aria-label={label}
      placeholder={label}
      allowClear
      showSearch={{ optionFilterProp: 'label', onSearch: setText }}
      style={{ minWidth: 150 }}
      popupMatchSelectWidth={false}
      value={value}
      options={options}
      loading={known.isPending}
      onChange={(next: string | undefined) => onChange(next)}
    />
  );
}
