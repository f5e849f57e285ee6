import 'antd/dist/antd.css';
import './styles.css';
import { prefetch } from './api/prefetch';
import { PAGES, PUBLIC_PAGES, pageAt, readsAt } from './app/pages';

// Small on purpose, so that it runs while the libraries are still loading: the data and scripts of the page are requested
// immediately, not one after the other. Failed requests are repeated and reported by the code that needs them.
const ignoreFailure = (loading: Promise<unknown> | undefined) => void loading?.catch(() => {});

const { pathname } = window.location;
const page = pageAt(PAGES, pathname);
if (page) {
  const reads = readsAt(page, pathname);
  void prefetch('/v1/me').then((signedIn) => signedIn && reads && void prefetch(reads));
  ignoreFailure(import('./app/Shell'));
}
ignoreFailure((page ?? pageAt(PUBLIC_PAGES, pathname))?.load());
void import('./app/start');
