import { laneSuite } from './suite.ts';

laneSuite('deno');
