/** The words for yes and no in Portuguese, and the pairs of words that an ERP can expect. */

import type { Choice } from '../../shared/fields';
import type { YesNoWords } from '../../shared/fields/yesNo';

export const yesNoWords: YesNoWords = { yes: ['s', 'sim'], no: ['não', 'nao'] };

/** The pairs in which ERPs write yes and no. */
export const yesNoPairs: Choice[] = ['S/N', 'Sim/Não', '1/0', 'true/false'].map((value) => ({ name: value.replace('/', ' or '), value }));
