/** The resources of ERP Datacake, in the order in which the editor shows them. */

import type { Resource } from '../../shared/fields/operations';
import { catalogue } from './catalogue';
import { client } from './client';
import { clientService } from './clientService';
import { contract } from './contract';
import { debtClearance } from './debtClearance';
import { financialStatement } from './financialStatement';
import { fiscalNote } from './fiscalNote';
import { invoice } from './invoice';
import { lead } from './lead';
import { prospect } from './prospect';
import { ticket } from './ticket';

export const resources: Resource[] = [
	catalogue,
	client,
	clientService,
	contract,
	debtClearance,
	financialStatement,
	fiscalNote,
	invoice,
	lead,
	prospect,
	ticket,
];
