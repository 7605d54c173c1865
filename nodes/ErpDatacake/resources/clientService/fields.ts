import type { Row } from '../../../shared/rows';
import { asMoney, asText } from '../../../shared/rows';

export const clientServiceRow: Row = {
	id_servico: asText('serviceId'),
	nome: asText('name'),
	situacao: asText('situation'),
	obs: asText('remarks'),
	valor: asMoney('price'),
	numero_plano: asText('planNumber'),
	endereco: asText('address'),
};
