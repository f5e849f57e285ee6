export { payout } from './payout';
export { release } from './release';
export { withdrawal } from './withdrawal';
