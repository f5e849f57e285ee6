export { lateReturn } from './lateReturn';
export { order } from './order';
