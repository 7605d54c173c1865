import { Random } from '../random.mts';

/** The sample leads of a small sales team, generated per day and the same in every run. */

export interface Entry {
	codigo: number;
	nome: string;
}

export interface User {
	nome: string;
	email: string;
}

export interface Lead {
	codigo: number;
	user: User;
	/** `yyyy-MM-dd HH:mm:ss`. */
	enteredAt: string;
	/** When it was reassigned to another user, if it was. */
	redistributedAt: string | null;
	origem: Entry[];
	segmento: Entry[];
	automacao: Entry[];
	produtos_e_servicos: Entry[];
	status: string;
	etapa: string;
	classificacao: string;
	value: number;
}

const entries = (first: number, ...names: string[]): Entry[] => names.map((nome, index) => ({ codigo: first + index, nome }));

export const users: User[] = [
	'Ana Beatriz Souza', 'Bruno Carvalho', 'Camila Ferreira', 'Diego Nascimento', 'Eduarda Lima', 'Bruno Carvalho',
].map((nome, index) => ({ nome, email: `vendas${index + 1}@exemplo.com.br` }));

const origins = entries(11, 'Site', 'Facebook', 'Indicação', 'WhatsApp', 'Feira');
const segments = entries(31, 'Varejo', 'Indústria', 'Serviços', 'Saúde');
const automations = entries(51, 'Boas-vindas', 'Recuperação', 'Aniversário');
const products = entries(71, 'Plano Básico', 'Plano Profissional', 'Implantação', 'Treinamento');

const statuses = ['Andamento', 'Finalizado', 'Cancelado'];
const stages = ['Contato', 'Proposta', 'Negociação', 'Fechamento'];
const classifications = ['Prospectando', 'Qualificado', 'Não Qualificado'];

export const failureKinds = ['com_erro', 'sem_agrupamento', 'limite_de_contatos', 'duplicados'] as const;

const numberOf = (day: string) => Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
const weekday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay();

const generated = new Map<string, readonly Lead[]>();

/** The leads of a day; none on Sundays. Generated once: reports of a period ask for the same days again and again. */
export function leadsOf(day: string, seed: number): readonly Lead[] {
	const key = `${seed} ${day}`;
	const leads = generated.get(key) ?? generateLeads(day, seed);
	generated.set(key, leads);
	return leads;
}

function generateLeads(day: string, seed: number): Lead[] {
	if (weekday(day) === 0) return [];
	const random = new Random(seed * 100_003 + numberOf(day));
	const clock = (hour: number) => `${day} ${[hour, random.whole(0, 59), random.whole(0, 59)].map((part) => String(part).padStart(2, '0')).join(':')}`;
	return Array.from({ length: random.whole(6, 24) }, (_, index) => ({
		codigo: (numberOf(day) - 18_000) * 100 + index,
		// The last user has no leads, as can happen in a real team.
		user: random.pick(users.slice(0, 5)),
		enteredAt: clock(random.whole(7, 14)),
		redistributedAt: random.percent(15) ? clock(random.whole(15, 19)) : null,
		origem: random.percent(90) ? [random.pick(origins)] : [],
		segmento: random.some(segments, 2),
		automacao: random.percent(40) ? [random.pick(automations)] : [],
		produtos_e_servicos: random.some(products, 3),
		status: random.pick(statuses),
		etapa: random.pick(stages),
		classificacao: random.pick(classifications),
		value: random.whole(5, 400) * 50,
	}));
}

/** How many leads of a day failed; not reported on Saturdays. */
export function failuresOf(day: string, seed: number): Record<string, number> | undefined {
	if (weekday(day) === 6) return undefined;
	const random = new Random(seed * 7 + numberOf(day));
	return Object.fromEntries(failureKinds.map((kind) => [kind, random.whole(0, 3)]));
}

/** All days of a range, both ends included. */
export function daysBetween(from: string, to: string): string[] {
	const days: string[] = [];
	for (let number = numberOf(from); number <= numberOf(to); number += 1) {
		days.push(new Date(number * 86_400_000).toISOString().slice(0, 10));
	}
	return days;
}
