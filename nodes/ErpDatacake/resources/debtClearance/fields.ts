import type { Row } from '../../../shared/rows';
import { asLink, asMoney, asNumber, asText } from '../../../shared/rows';

export const debtClearanceRow: Row = {
	id_quitacao: asText('clearanceId'),
	ano: asNumber('year'),
	valor: asMoney('amount'),
	url_arquivo: asLink('fileUrl'),
};
