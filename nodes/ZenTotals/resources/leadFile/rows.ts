import type { IDataObject } from 'n8n-workflow';

import { byUser } from '../operations';
import { code, isoDate, objects, text } from '../../values';

/** One row per lead. Status and classification stay in the words of CRM Zen. */
export function* rows(answer: IDataObject, date: string): Iterable<IDataObject> {
	for (const lead of objects(answer.leads)) {
		yield {
			date,
			code: code(lead.integracao_lead),
			createdAt: isoDate(lead.data_criacao_lead),
			status: text(lead.status_lead),
			statusAt: isoDate(lead.data_status_lead),
			stage: text(lead.etapa_lead),
			stageAt: isoDate(lead.data_etapa_lead),
			classification: text(lead.classificacao_lead),
			classificationAt: isoDate(lead.data_classificacao_lead),
			user: text(lead.nome_usuario_responsavel),
			email: text(lead.email_usuario_responsavel),
		};
	}
}

/** One item per user in charge and day, with the leads as a list. */
export const users = async (_answers: IDataObject[], _date: string, all: IDataObject[], signal?: AbortSignal): Promise<IDataObject[]> =>
	await byUser(all, ['date', 'user', 'email'], signal);
