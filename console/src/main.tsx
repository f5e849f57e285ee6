import 'antd/dist/antd.css';
import './styles.css';
import { readEarly } from './api/early';
import { PAGES, PUBLIC_PAGES, pageAt, readsAt } from './app/pages';

// Small on purpose, so that it runs while the libraries are still being fetched: what the page at hand will need is asked
// for at once, not one after the other. Whatever fails here is fetched again, and told of, by what needs it.
const quietly = (loading: Promise<unknown> | undefined) => void loading?.catch(() => {});

const { pathname } = window.location;
const page = pageAt(PAGES, pathname);
if (page) {
  const reads = readsAt(page, pathname);
  void readEarly('/v1/me').then((signedIn) => signedIn && reads && void readEarly(reads));
  quietly(import('./app/Shell'));
}
quietly((page ?? pageAt(PUBLIC_PAGES, pathname))?.load());
void import('./app/start');
