import type { ServiceResponse } from '../faults.mts';
import type { ParsedRequest } from '../parseRequest.mts';
import { daysBetween, type Entry, failuresOf, type Lead, leadsOf, users } from './sampleLeads.mts';

export interface ReportSettings {
	/** How numbers are written; the vendor does not document it. */
	numbers: 'number' | 'text' | 'dotted';
	/** How an empty list or object is written. */
	empty: 'list' | 'object' | 'null' | 'text' | 'absent';
	/** The last day that can be requested, `yyyy-MM-dd`; by default today in São Paulo. */
	today: string | null;
}

type Report = (received: ParsedRequest, settings: ReportSettings, seed: number) => ServiceResponse;

/** A response with an error in CRM Zen's format. */
export const errorResponse = (status: number, sentence: string, reason: string): ServiceResponse => ({ status, body: { error: sentence }, reason });

class ValidationError extends Error {}

const PAGE_SIZE = 50;

const todayOf = ({ today }: ReportSettings) =>
	today ?? new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Sao_Paulo' }).format(new Date());

function dayParameter(received: ParsedRequest, name: string, settings: ReportSettings): string {
	const value = String(received.query[name] ?? '');
	if (value === '') throw new ValidationError(`O parâmetro ${name} é obrigatório`);
	const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value);
	if (!isDay) throw new ValidationError(`O parâmetro ${name} é inválido: use o formato YYYY-mm-dd`);
	if (value > todayOf(settings)) throw new ValidationError(`O parâmetro ${name} não pode ser uma data futura`);
	return value;
}

function dateRange(received: ParsedRequest, settings: ReportSettings): string[] {
	const [from, to] = [dayParameter(received, 'data_inicial', settings), dayParameter(received, 'data_final', settings)];
	if (from > to) throw new ValidationError('data_inicial deve ser anterior a data_final');
	return daysBetween(from, to);
}

function numberParameter(received: ParsedRequest, name: string, max: number, min = 0): number {
	const value = Number(received.query[name] ?? NaN);
	if (!Number.isInteger(value) || value < min || value > max) throw new ValidationError(`O parâmetro ${name} é inválido`);
	return value;
}

/** A breakdown of one user's leads. */
function breakdown(leads: Lead[], list: (lead: Lead) => Entry[]) {
	const counts = new Map<number, Entry & { quantidade: number }>();
	for (const entry of leads.flatMap(list)) {
		const known = counts.get(entry.codigo) ?? { ...entry, quantidade: 0 };
		counts.set(entry.codigo, { ...known, quantidade: known.quantidade + 1 });
	}
	return [...counts.values()];
}

const totals: Report = (received, settings, seed) => {
	const data = dayParameter(received, 'data', settings);
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
	const all = dateRange(received, settings).flatMap((day) => leadsOf(day, seed));
	const page = received.query.pagina === undefined ? 1 : numberParameter(received, 'pagina', 1_000_000, 1);
	const sorted = users.flatMap((user) => all.filter((lead) => lead.user === user));
	const shown = sorted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
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
		total_paginas: Math.ceil(all.length / PAGE_SIZE),
		quantidade_registros_consulta: all.length,
		limite_registros_por_pagina: PAGE_SIZE,
	};
	return { status: 200, body: { paginacao, usuarios } };
};

const leadFile: Report = (received, settings, seed) => {
	const yesterday = new Date(Date.parse(todayOf(settings)) - 86_400_000).toISOString().slice(0, 10);
	const data = received.query.data === undefined ? yesterday : dayParameter(received, 'data', settings);
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
	if (leads.length === 0) return errorResponse(400, 'Nenhum negócio criado ou alterado na data informada', `${data} has no leads`);
	return { status: 200, body: { data, leads } };
};

const salesFunnel: Report = (received, settings, seed) => {
	const filtro_data = numberParameter(received, 'filtro_data', 6, 1);
	const days = dateRange(received, settings);
	const switches = Object.fromEntries(
		['venda_direta', 'distribuicao_lead', 'canal_parceria'].map((name) => [name, numberParameter(received, name, 1)]),
	);
	const leads = switches.distribuicao_lead === 1 ? days.flatMap((day) => leadsOf(day, seed)) : [];
	// Only the echoed filters are documented; the figures are invented.
	const etapas = [...new Set(leads.map(({ etapa }) => etapa))].sort().map((etapa) => {
		const own = leads.filter((lead) => lead.etapa === etapa);
		return { etapa, quantidade: own.length, valor: own.reduce((sum, { value }) => sum + value, 0) };
	});
	const body = { filtro_data, data_inicial: days[0], data_final: days.at(-1), ...switches, etapas };
	return { status: 200, body };
};

const reports: Record<string, Report> = { totals, leadsByUser, leadFile, salesFunnel };
export const reportNames = Object.keys(reports);

/** The response of a report, with numbers and empty values written according to the settings. */
export function runReport(name: string, received: ParsedRequest, settings: ReportSettings, seed: number): ServiceResponse {
	try {
		const response = reports[name](received, settings, seed);
		return response.status === 200 ? { ...response, body: formatBody(response.body, settings) } : response;
	} catch (error) {
		if (error instanceof ValidationError) return errorResponse(400, error.message, error.message);
		throw error;
	}
}

const emptyValues: Record<Exclude<ReportSettings['empty'], 'absent'>, unknown> = { list: [], object: {}, null: null, text: '' };

function formatBody(value: unknown, settings: ReportSettings): unknown {
	const { numbers, empty } = settings;
	if (typeof value === 'number' && numbers !== 'number') {
		return numbers === 'dotted' ? String(value).replace(/\B(?=(\d{3})+$)/g, '.') : String(value);
	}
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((one) => formatBody(one, settings));
	const entries = Object.entries(value).flatMap(([key, inside]): [string, unknown][] => {
		const isEmpty = typeof inside === 'object' && inside !== null && Object.keys(inside).length === 0;
		if (!isEmpty) return [[key, formatBody(inside, settings)]];
		return empty === 'absent' ? [] : [[key, emptyValues[empty]]];
	});
	return Object.fromEntries(entries);
}
