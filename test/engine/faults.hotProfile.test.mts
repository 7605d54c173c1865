import { testFaults } from './faultMatrix.mts';

/** Every fault with every operation of HotProfile: what was sent, what was stored, what the user reads. */

testFaults('HotProfile');
