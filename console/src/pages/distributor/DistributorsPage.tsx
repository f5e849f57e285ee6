import { ListPage } from '../../list/ListPage';
import { distributorList } from './list';

/** All distributors. */
export default function DistributorsPage() {
  return <ListPage list={distributorList} />;
}
