import { laneSuite } from './suite.ts';

laneSuite('firefox');
