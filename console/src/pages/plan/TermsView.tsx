import { Facts, Panel } from '../../detail/Panel';
import { useT } from '../../locale/locale';
import { useFormats } from '../../ui/format';
import { EarningText } from '../commission/calculation';
import { levelName, PLAN, type Terms } from './terms';

/** The terms of a plan as text. */
export function TermsView({ terms }: { terms: Terms }) {
  const t = useT();
  const { number } = useFormats();
  return (
    <>
      <Panel title={{ zh: '条款', en: 'Terms' }}>
        <Facts
          facts={[
            [PLAN.returnWindow, number(terms.returnWindowDays)],
            [PLAN.release, t(terms.automaticRelease ? PLAN.automatic : PLAN.byFinance)],
            [PLAN.inactiveUpline, t(terms.inactiveUpline === 'forfeit' ? PLAN.forfeit : PLAN.nextUp)],
            [PLAN.attributionDays, number(terms.attributionDays)],
          ]}
        />
      </Panel>
      {terms.levels.map((level, index) => (
        <Panel key={levelName(index + 1).en} title={levelName(index + 1)}>
          <div className="wide-content">
            <table className="plain-table">
              <thead>
                <tr>
                  <th scope="col">{t(PLAN.ruleFor)}</th>
                  <th scope="col">{t(PLAN.pays)}</th>
                </tr>
              </thead>
              <tbody>
                {level.rules.map(({ sku, category, tier, earning }) => (
                  <tr key={JSON.stringify([sku, category, tier, earning])}>
                    <td>
                      {[
                        sku && `${t(PLAN.product)} ${sku}`,
                        category && `${t(PLAN.category)} ${category}`,
                        tier && `${t(PLAN.tier)} ${tier}`,
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </td>
                    <td>
                      <EarningText earning={earning} />
                    </td>
                  </tr>
                ))}
                <tr>
                  <td>
                    {t(PLAN.default)} <span className="muted">({t(PLAN.defaultHint)})</span>
                  </td>
                  <td>
                    <EarningText earning={level.default} />
                  </td>
                </tr>
              </tbody>
            </table>
          </div>
        </Panel>
      ))}
    </>
  );
}
