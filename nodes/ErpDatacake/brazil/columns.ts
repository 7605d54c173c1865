/** Column types of Brazilian ERPs: amounts in reais, and yes and no in Portuguese. */

import { column, scalarType } from '../../shared/fields/columns';
import { parseNumber } from '../../shared/fields/numbers';
import { parseYesNo } from '../../shared/fields/yesNo';
import { yesNoWords } from './yesNo';

/** "R$ 1.234,56"; a dot with three digits behind it separates thousands in Brazil. */
export const moneyColumn = column(
	scalarType((value) => (typeof value === 'number' ? value : (parseNumber(String(value).replaceAll('R$', ''), { groupSeparators: '.' }) ?? value))),
);

/** A client is also active or inactive. */
const WORDS = { yes: [...yesNoWords.yes, 'a', 'ativo', 'ativa'], no: [...yesNoWords.no, 'i', 'inativo', 'inativa'] };

export const flagColumn = column(scalarType((value) => parseYesNo(value, WORDS) ?? value));
