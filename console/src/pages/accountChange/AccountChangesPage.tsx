import { ListPage } from '../../list/ListPage';
import { accountChangeList } from './list';

/** Account changes of all distributors. */
export default function AccountChangesPage() {
  return <ListPage list={accountChangeList} />;
}
