import type { Resource } from '../../../shared/fields/operations';
import { getManyFiscalNotes } from './getMany';

export const fiscalNote: Resource = {
	value: 'fiscalNote',
	name: 'Fiscal Note',
	operations: [getManyFiscalNotes],
};
