export { turn } from '../shared/turn.ts';
