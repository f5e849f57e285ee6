import { useQueries } from '@tanstack/react-query';
import { ATTRIBUTION_REASONS } from '../../../../domain/words/names';
import { api, data } from '../../api/client';
import { ThingLink } from '../../detail/Links';
import { Panel } from '../../detail/Panel';
import { ATTRIBUTIONS } from '../../locale/attributions';
import { useT } from '../../locale/locale';
import type { Order } from './order';
import { CHAIN_OUTCOMES } from './words';

/** Attribution of an order, its reason, and the distributor of each level. */
export function OrderAttribution({ order }: { order: Order }) {
  const t = useT();
  const { attribution } = order;
  const ids = attribution.chain.flatMap(({ distributorId }) => (distributorId ? [distributorId] : []));
  const names = useDistributorNames([...new Set([...ids, attribution.distributorId ?? ''])].filter(Boolean));
  return (
    <Panel title={{ zh: '归属', en: 'Attribution' }}>
      <p>
        {attribution.distributorId && (
          <ThingLink kind="distributor" id={attribution.distributorId}>
            {names.get(attribution.distributorId)}
          </ThingLink>
        )}{' '}
        {t(ATTRIBUTION_REASONS[attribution.reason])}
        {attribution.code && `: ${attribution.code}`}
      </p>
      <p className="muted">{t(ATTRIBUTIONS[attribution.reason])}</p>
      <ol style={{ margin: 0, paddingInlineStart: 20 }}>
        {attribution.chain.map(({ level, distributorId, tier, outcome }) => (
          <li key={level} value={level}>
            {distributorId && (
              <ThingLink kind="distributor" id={distributorId}>
                {names.get(distributorId)}
              </ThingLink>
            )}{' '}
            {tier && <span className="muted">{tier} </span>}
            {CHAIN_OUTCOMES[outcome] ? t(CHAIN_OUTCOMES[outcome]) : outcome}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** Names of distributors by ID. */
function useDistributorNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['distributor-name', id],
      queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path: { id } } })),
      staleTime: 300_000,
    })),
  });
  return new Map(answers.flatMap(({ data: one }) => (one ? [[one.id, one.name] as const] : [])));
}
