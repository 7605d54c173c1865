/** The filters of the sales funnel. */

import { choice, fields, flag } from '../../../shared/fields';
import { ZONE } from '../operations';

/** The public part of the vendor's page lists the codes 1 to 6 without their meaning. */
const dateTypes = [1, 2, 3, 4, 5, 6].map((value) => ({ name: `Date Type ${value}`, value }));

export const dateFilter = fields(ZONE, {
	filtro_data: choice('Date Filter', dateTypes, { term: 'Filtro de Data', help: 'The date of a deal that must fall within the period. CRM Zen does not publish what the six types mean' }),
});

export const originFilters = fields(ZONE, {
	venda_direta: flag('Direct Sale', { term: 'Venda Direta', help: 'Whether to include deals from direct sales. They are included by default' }),
	distribuicao_lead: flag('Lead Distribution', { term: 'Distribuição de Lead', help: 'Whether to include deals from lead distribution. They are included by default' }),
	canal_parceria: flag('Partner Channel', { term: 'Canal de Parceria', help: 'Whether to include deals from partners. They are included by default' }),
});
