import type { Resource } from '../../../shared/operations';
import { getManyFiscalNotes } from './getMany';

export const fiscalNote: Resource = {
	value: 'fiscalNote',
	name: 'Fiscal Note',
	operations: [getManyFiscalNotes],
};
