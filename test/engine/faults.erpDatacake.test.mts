import { testFaults } from './faultMatrix.mts';

/** Every fault with every operation of ERP Datacake: what was sent, what was stored, what the user reads. */

testFaults('ERP Datacake');
