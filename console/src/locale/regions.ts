import { REGIONS, regionName } from '../../../domain/words/regions';
import { useLocale } from './locale';

/** Options for filters and fields. */
export const REGION_OPTIONS = Object.entries(REGIONS).map(([value, label]) => ({ value, label }));

/** Returns the name of a region (division or country); a text that is not a code stays unchanged. */
export function useRegionName(): (region: string) => string {
  const { locale } = useLocale();
  return (region) => regionName(region, locale);
}

/** The name of a region. */
export function RegionText({ region }: { region: string }) {
  return useRegionName()(region);
}
