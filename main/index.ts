import { startDesktop } from './desktop/start.ts';

startDesktop();
