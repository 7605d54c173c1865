import { choice, fields, flag } from '../../../shared/fields/fields';
import { ZONE } from '../operations';

/** The vendor's page lists the codes 1 to 6 without their meaning in the part that is public. */
const dateKinds = [1, 2, 3, 4, 5, 6].map((value) => ({ name: `Date Kind ${value}`, value }));

export const dateFilter = fields(ZONE, {
	filtro_data: choice('Date Filter', dateKinds, { term: 'filtro_data', help: 'Which of the dates of a deal the period is about' }),
});

/** Which deals are looked at, by where they come from. */
export const originFilters = fields(ZONE, {
	venda_direta: flag('Direct Sale', { term: 'venda direta', help: 'Whether deals from direct sales are included, as they are without this filter' }),
	distribuicao_lead: flag('Lead Distribution', { term: 'distribuição de lead', help: 'Whether deals from the distribution of leads are included, as they are without this filter' }),
	canal_parceria: flag('Partner Channel', { term: 'canal de parceria', help: 'Whether deals from partners are included, as they are without this filter' }),
});
