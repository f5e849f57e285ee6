import { useT } from '../locale/locale';
import { useFormats } from '../ui/format';
import type { Figures } from './figures';

/** How many of the selected entries a decision does not cover. */
export function LeftOut({ figures: { leftOut = 0 } }: { figures: Figures }) {
  const t = useT();
  const { number } = useFormats();
  if (leftOut === 0) return null;
  return (
    <div className="muted">
      {t({
        zh: `另有 ${number(leftOut)} 条不是待结算状态，或已在其他批次中，不会列入。`,
        en: `${number(leftOut)} more are not due or are in another run, and are not included.`,
      })}
    </div>
  );
}
