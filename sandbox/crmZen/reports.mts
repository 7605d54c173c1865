import type { Answer } from '../faults.mts';
import type { Received } from '../parseRequest.mts';
import { daysBetween, type Entry, failuresOf, type Lead, leadsOf, users } from './sampleLeads.mts';

export interface ReportSettings {
	/** How numbers are written; the vendor's page does not tell. */
	numbers: 'number' | 'text' | 'dotted';
	/** How a list or an object without content is written. */
	empty: 'list' | 'object' | 'null' | 'text' | 'absent';
	/** The last day that may be asked for, `yyyy-MM-dd`; today in São Paulo, unless a test says otherwise. */
	today: string | null;
}

type Report = (received: Received, settings: ReportSettings, seed: number) => Answer;

/** A failure as the query reports of CRM Zen tell it. */
export const error = (status: number, sentence: string, reason: string): Answer => ({ status, body: { error: sentence }, reason });

class Wrong extends Error {}

const PAGE = 50;

const todayOf = ({ today }: ReportSettings) =>
	today ?? new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Sao_Paulo' }).format(new Date());

function dayIn(received: Received, name: string, settings: ReportSettings): string {
	const given = String(received.query[name] ?? '');
	if (given === '') throw new Wrong(`O parâmetro ${name} é obrigatório`);
	const isDay = /^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given)) && new Date(given).toISOString().startsWith(given);
	if (!isDay) throw new Wrong(`O parâmetro ${name} é inválido: use o formato YYYY-mm-dd`);
	if (given > todayOf(settings)) throw new Wrong(`O parâmetro ${name} não pode ser uma data futura`);
	return given;
}

function rangeIn(received: Received, settings: ReportSettings): string[] {
	const [from, to] = [dayIn(received, 'data_inicial', settings), dayIn(received, 'data_final', settings)];
	if (from > to) throw new Wrong('data_inicial deve ser anterior a data_final');
	return daysBetween(from, to);
}

function numberIn(received: Received, name: string, most: number, least = 0): number {
	const given = Number(received.query[name] ?? NaN);
	if (!Number.isInteger(given) || given < least || given > most) throw new Wrong(`O parâmetro ${name} é inválido`);
	return given;
}

/** The counts of a breakdown, over the leads of one user. */
function breakdown(leads: Lead[], list: (lead: Lead) => Entry[]) {
	const counts = new Map<number, Entry & { quantidade: number }>();
	for (const entry of leads.flatMap(list)) {
		const known = counts.get(entry.codigo) ?? { ...entry, quantidade: 0 };
		counts.set(entry.codigo, { ...known, quantidade: known.quantidade + 1 });
	}
	return [...counts.values()];
}

const totals: Report = (received, settings, seed) => {
	const data = dayIn(received, 'data', settings);
	const leads = leadsOf(data, seed);
	const usuarios = users.flatMap((user) => {
		const own = leads.filter((lead) => lead.user === user);
		if (own.length === 0) return [];
		return [{
			nome: user.nome,
			total_lead: own.length,
			origem: breakdown(own, ({ origem }) => origem),
			segmento: breakdown(own, ({ segmento }) => segmento),
			automacao: breakdown(own, ({ automacao }) => automacao),
			produtos_e_servicos: breakdown(own, ({ produtos_e_servicos }) => produtos_e_servicos),
		}];
	});
	return { status: 200, body: { data, usuarios, erros: failuresOf(data, seed) ?? {} } };
};

const leadsByUser: Report = (received, settings, seed) => {
	const all = rangeIn(received, settings).flatMap((day) => leadsOf(day, seed));
	const page = received.query.pagina === undefined ? 1 : numberIn(received, 'pagina', 1_000_000, 1);
	const sorted = users.flatMap((user) => all.filter((lead) => lead.user === user));
	const shown = sorted.slice((page - 1) * PAGE, page * PAGE);
	const usuarios = users
		.map((user) => ({ user, leads: shown.filter((lead) => lead.user === user) }))
		.filter(({ leads }) => leads.length > 0)
		.map(({ user, leads }) => ({
			...user,
			leads: leads.map((lead) => ({
				id_registro: sorted.indexOf(lead) + 1,
				codigo: lead.codigo,
				data_entrada: lead.enteredAt,
				data_redistribuicao: lead.redistributedAt ?? '',
				origem: lead.origem,
				segmento: lead.segmento,
				automacao: lead.automacao,
				produtos_e_servicos: lead.produtos_e_servicos,
			})),
		}));
	const paginacao = {
		pagina_atual: page,
		total_paginas: Math.ceil(all.length / PAGE),
		quantidade_registros_consulta: all.length,
		limite_registros_por_pagina: PAGE,
	};
	return { status: 200, body: { paginacao, usuarios } };
};

const leadFile: Report = (received, settings, seed) => {
	const yesterday = new Date(Date.parse(todayOf(settings)) - 86_400_000).toISOString().slice(0, 10);
	const data = received.query.data === undefined ? yesterday : dayIn(received, 'data', settings);
	const leads = leadsOf(data, seed).map((lead) => ({
		integracao_lead: `INT-${lead.codigo}`,
		data_criacao_lead: lead.enteredAt,
		status_lead: lead.status,
		data_status_lead: lead.redistributedAt ?? lead.enteredAt,
		etapa_lead: lead.etapa,
		data_etapa_lead: lead.enteredAt,
		classificacao_lead: lead.classificacao,
		data_classificacao_lead: lead.enteredAt,
		nome_usuario_responsavel: lead.user.nome,
		email_usuario_responsavel: lead.user.email,
	}));
	if (leads.length === 0) return error(400, 'Nenhum negócio criado ou alterado na data informada', `${data} has no leads`);
	return { status: 200, body: { data, leads } };
};

const salesFunnel: Report = (received, settings, seed) => {
	const filtro_data = numberIn(received, 'filtro_data', 6, 1);
	const days = rangeIn(received, settings);
	const switches = Object.fromEntries(
		['venda_direta', 'distribuicao_lead', 'canal_parceria'].map((name) => [name, numberIn(received, name, 1)]),
	);
	const leads = switches.distribuicao_lead === 1 ? days.flatMap((day) => leadsOf(day, seed)) : [];
	// The vendor's page is not public beyond the echoed filters; these figures are made up.
	const etapas = [...new Set(leads.map(({ etapa }) => etapa))].sort().map((etapa) => {
		const own = leads.filter((lead) => lead.etapa === etapa);
		return { etapa, quantidade: own.length, valor: own.reduce((sum, { value }) => sum + value, 0) };
	});
	const body = { filtro_data, data_inicial: days[0], data_final: days.at(-1), ...switches, etapas };
	return { status: 200, body };
};

const reports: Record<string, Report> = { totals, leadsByUser, leadFile, salesFunnel };
export const reportNames = Object.keys(reports);

/** The answer of a report, its numbers and empty places written as the settings say. */
export function answerOf(name: string, received: Received, settings: ReportSettings, seed: number): Answer {
	try {
		const answer = reports[name](received, settings, seed);
		return answer.status === 200 ? { ...answer, body: written(answer.body, settings) } : answer;
	} catch (wrong) {
		if (wrong instanceof Wrong) return error(400, wrong.message, wrong.message);
		throw wrong;
	}
}

const emptyForms: Record<Exclude<ReportSettings['empty'], 'absent'>, unknown> = { list: [], object: {}, null: null, text: '' };

function written(value: unknown, settings: ReportSettings): unknown {
	const { numbers, empty } = settings;
	if (typeof value === 'number' && numbers !== 'number') {
		return numbers === 'dotted' ? String(value).replace(/\B(?=(\d{3})+$)/g, '.') : String(value);
	}
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((one) => written(one, settings));
	const entries = Object.entries(value).flatMap(([key, inside]): [string, unknown][] => {
		const isEmpty = typeof inside === 'object' && inside !== null && Object.keys(inside).length === 0;
		if (!isEmpty) return [[key, written(inside, settings)]];
		return empty === 'absent' ? [] : [[key, emptyForms[empty]]];
	});
	return Object.fromEntries(entries);
}
