export { application } from './application';
