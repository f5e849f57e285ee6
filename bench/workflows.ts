export * from '../workflows';
export { bareOrder } from './bareOrder';
