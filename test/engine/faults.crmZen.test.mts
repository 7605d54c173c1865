import { testFaults } from './faultMatrix.mts';

/** Every fault with every operation of CRM Zen: what was sent, what was stored, what the user reads. */

testFaults('CRM Zen');
