/** The ERP's lists for pickers and ID checks. A city is identified by its name [the contract]. */

import type { ReferenceList } from '../shared/http/service';
import { getManyCities } from './resources/catalogue/getManyCities';
import { getManyCommercialOrigins } from './resources/catalogue/getManyCommercialOrigins';
import { getManyDepartments } from './resources/catalogue/getManyDepartments';
import { getManyDueDates } from './resources/catalogue/getManyDueDates';
import { getManyEmployees } from './resources/catalogue/getManyEmployees';
import { getManyProducts } from './resources/catalogue/getManyProducts';
import { getManyProspectStatuses } from './resources/catalogue/getManyProspectStatuses';
import { getManyResellers } from './resources/catalogue/getManyResellers';
import { getManyTicketTypes } from './resources/catalogue/getManyTicketTypes';

export const referenceLists = {
	searchCities: { operation: getManyCities, id: 'nome', label: 'nome' },
	searchCommercialOrigins: { operation: getManyCommercialOrigins, id: 'id_origem', label: 'nome' },
	searchDepartments: { operation: getManyDepartments, id: 'id_departamento', label: 'nome' },
	searchDueDates: { operation: getManyDueDates, id: 'id_vencimento', label: 'data' },
	searchEmployees: { operation: getManyEmployees, id: 'id_funcionario', label: 'nome' },
	searchProducts: { operation: getManyProducts, id: 'id_servico', label: 'nome' },
	searchProspectStatuses: { operation: getManyProspectStatuses, id: 'status_prospeccao', label: 'nome' },
	searchResellers: { operation: getManyResellers, id: 'id_revendedor', label: 'nome' },
	searchTicketTypes: { operation: getManyTicketTypes, id: 'id_tipo_de_atendimento', label: 'nome' },
} satisfies Record<string, ReferenceList>;
