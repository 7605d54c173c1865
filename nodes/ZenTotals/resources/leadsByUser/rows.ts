import type { IDataObject } from 'n8n-workflow';

import { byUser } from '../operations';
import { code, count, isoDate, objects, text } from '../../values';

const names = (list: unknown) => objects(list).map(({ nome }) => text(nome)).filter(Boolean).join(', ');

/** One row per lead; the names of a list are joined with commas. */
export function* rows(answer: IDataObject): Iterable<IDataObject> {
	for (const { nome, email, leads } of objects(answer.usuarios)) {
		for (const lead of objects(leads)) {
			yield {
				user: text(nome),
				email: text(email),
				record: count(lead.id_registro),
				code: code(lead.codigo),
				enteredAt: isoDate(lead.data_entrada),
				redistributedAt: isoDate(lead.data_redistribuicao),
				origins: names(lead.origem),
				segments: names(lead.segmento),
				automations: names(lead.automacao),
				productsAndServices: names(lead.produtos_e_servicos),
			};
		}
	}
}

/** One item per user, with the leads as a list. */
export const users = async (_answers: IDataObject[], _date: string, all: IDataObject[], signal?: AbortSignal): Promise<IDataObject[]> =>
	await byUser(all, ['user', 'email'], signal);
