import { ActionBar } from '../../actions/ActionBar';
import { ListPage } from '../../list/ListPage';
import { applicationList } from './list';
import { useNext } from './useNext';

/** The review queue. */
export default function ApplicationsPage() {
  const next = useNext(true);
  return <ListPage list={applicationList} actions={<ActionBar actions={[next]} />} />;
}
