/** The resource for the lists of the ERP. */

import type { Resource } from '../../../shared/fields/operations';
import { getManyCities } from './getManyCities';
import { getManyCommercialOrigins } from './getManyCommercialOrigins';
import { getManyDepartments } from './getManyDepartments';
import { getManyDueDates } from './getManyDueDates';
import { getManyEmployees } from './getManyEmployees';
import { getManyProducts } from './getManyProducts';
import { getManyProspectStatuses } from './getManyProspectStatuses';
import { getManyResellers } from './getManyResellers';
import { getManyTicketTypes } from './getManyTicketTypes';

export const catalogue: Resource = {
	value: 'catalogue',
	name: 'Catalog',
	term: 'Catálogo',
	operations: [
		getManyCities,
		getManyCommercialOrigins,
		getManyDepartments,
		getManyDueDates,
		getManyEmployees,
		getManyProducts,
		getManyProspectStatuses,
		getManyResellers,
		getManyTicketTypes,
	],
};
