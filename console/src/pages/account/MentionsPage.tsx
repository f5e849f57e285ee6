import { ListPage } from '../../list/ListPage';
import { mentions } from './mentions';

/** Notes that mention the user. */
export default function MentionsPage() {
  return <ListPage list={mentions} />;
}
