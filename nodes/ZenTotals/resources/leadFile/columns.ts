/** The columns of a lead in the lead file. Status and classification stay in CRM Zen's words. */

import type { Columns } from '../../../shared/fields/columns';
import { codeColumn, dateColumn, textColumn } from '../../columns';

export const leadFileColumns: Columns = {
	integracao_lead: codeColumn('code'),
	data_criacao_lead: dateColumn('createdAt'),
	status_lead: textColumn('status'),
	data_status_lead: dateColumn('statusAt'),
	etapa_lead: textColumn('stage'),
	data_etapa_lead: dateColumn('stageAt'),
	classificacao_lead: textColumn('classification'),
	data_classificacao_lead: dateColumn('classificationAt'),
	nome_usuario_responsavel: textColumn('user'),
	email_usuario_responsavel: textColumn('email'),
};
