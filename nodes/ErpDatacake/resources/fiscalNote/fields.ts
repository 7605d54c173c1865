import type { Row } from '../../../shared/rows';
import { asDate, asLink, asMoney, asText } from '../../../shared/rows';

export const fiscalNoteRow: Row = {
	id_nota: asText('noteId'),
	id_tipo_nota: asText('noteTypeId'),
	numero_nota: asText('number'),
	valor: asMoney('amount'),
	protocolo: asText('protocol'),
	data_lancamento: asDate('postedOn'),
	identificacao: asText('identification'),
	url_nota_fiscal: asLink('fileUrl'),
};
