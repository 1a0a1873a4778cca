import { laneSuite } from './suite.ts';

laneSuite('node-lavapipe');
