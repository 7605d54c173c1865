import type { Row } from '../../../shared/rows';
import { asText } from '../../../shared/rows';

export const contractRow: Row = {
	remote_id: asText('contractId'),
	contract_name: asText('name'),
};
