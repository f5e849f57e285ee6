export { application } from './application';
export { bulk } from './bulk';
export { lateReturn } from './lateReturn';
export { mail } from './mail';
export { order } from './order';
export { payout } from './payout';
export { release } from './release';
export { withdrawal } from './withdrawal';
