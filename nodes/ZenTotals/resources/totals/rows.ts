import type { IDataObject } from 'n8n-workflow';

import { code, count, objects, text } from '../../values';

/** The four breakdowns: key in the answer, dimension of a row, key of a user's list. */
const BREAKDOWNS = [
	['origem', 'origin', 'origins'],
	['segmento', 'segment', 'segments'],
	['automacao', 'automation', 'automations'],
	['produtos_e_servicos', 'productOrService', 'productsAndServices'],
] as const;

const FAILURES = [
	['com_erro', 'With Error'],
	['sem_agrupamento', 'Without Grouping'],
	['limite_de_contatos', 'Over Contact Limit'],
	['duplicados', 'Duplicates'],
] as const;

const entries = (list: unknown) =>
	objects(list).map(({ codigo, nome, quantidade }) => ({ code: code(codigo), name: text(nome), leads: count(quantidade) }));

/** One row per user and breakdown, one per user's total, one for the day and one per count of failures. */
export function rows(answer: IDataObject, date: string): IDataObject[] {
	const users = objects(answer.usuarios);
	const row = (kind: string, leads: number | null, more: IDataObject): IDataObject => ({
		date, kind, user: null, dimension: null, code: null, name: null, leads, ...more,
	});
	const breakdowns = users.flatMap((one) =>
		BREAKDOWNS.flatMap(([key, dimension]) =>
			entries(one[key]).map(({ leads, ...entry }) => row('breakdown', leads, { user: text(one.nome), dimension, ...entry })),
		),
	);
	const totals = users
		.map((one) => row('userTotal', count(one.total_lead), { user: text(one.nome) }))
		.filter(({ leads }) => leads !== null);
	const sum = totals.reduce((leads, total) => leads + Number(total.leads), 0);
	const failures = objects(answer.erros)[0] ?? {};
	return [
		...breakdowns,
		...totals,
		...(totals.length > 0 ? [row('dayTotal', sum, {})] : []),
		...FAILURES.map(([key, name]) => row('failures', count(failures[key]), { code: key, name })).filter(({ leads }) => leads !== null),
	];
}

/** One item per user, with its breakdowns as lists. */
export function users([answer]: IDataObject[], date: string): IDataObject[] {
	return objects(answer?.usuarios).map((one) => ({
		date,
		user: text(one.nome),
		leads: count(one.total_lead),
		...Object.fromEntries(BREAKDOWNS.map(([key, , list]) => [list, entries(one[key])])),
	}));
}
