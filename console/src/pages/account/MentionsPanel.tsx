import { Panel } from '../../detail/Panel';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { mentions } from './mentions';

/** Notes that mention the user, within the account page. */
export function MentionsPanel() {
  return (
    <Panel title={mentions.title}>
      <ListTable list={mentions} state={useLocalListState()} keyboard />
    </Panel>
  );
}
