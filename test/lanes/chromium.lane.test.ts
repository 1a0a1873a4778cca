import { laneSuite } from './suite.ts';

laneSuite('chromium');
