import { ListPage } from '../../list/ListPage';
import { mentions } from './mentions';

/** Notes that mention the person. */
export default function MentionsPage() {
  return <ListPage list={mentions} />;
}
