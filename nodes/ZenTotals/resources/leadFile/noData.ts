/** Tells a day without leads from a request that CRM Zen rejects: both are a 400, and the words are not documented. */

/** "Nenhum negócio criado", "Não há leads", "no deals found". */
const SAYS_NO_DATA =
	/\b(nenhuma?|n[ãa]o (h[áa]|houve|existem?|fo(i|ram) encontrad)|(sem|no) (?=lead|neg|deal|dado|registro|record|result)).*(lead|neg[óo]cio|deal|dado|registro|record|result)/i;
const ABOUT_THE_TOKEN = /token|inv[áa]lid/i;
/** "Aguarde a aprovação do seu cadastro", "Conta bloqueada", "O limite de registros foi excedido". */
const ABOUT_THE_ACCOUNT =
	/\b(aguard|aprova|cadastr|contas?\b|acesso|bloque|suspens|inativ|desativ|expir|vencid|licen[çc]|plano|limite|exced|permiss|account|blocked|expired|limit|denied|forbidden)/i;
const ABOUT_THE_REQUEST =
	/\b(url|json|formato?|deve|must|missing|required|malformed)\b|par[âa]metro|incorret|obrigat|ausente|futur|n[ãa]o (foi )?(informad|enviad|permitid|autorizad)/i;

/**
 * Whether a 400 says that the day had no leads. The day itself was checked before the call.
 * @param messages the sentences of the response
 */
export function isNoData(messages: string[], body: unknown): boolean {
	const sentences = typeof body === 'string' ? body.trim() : messages.join(' ');
	if (sentences.startsWith('<') || ABOUT_THE_TOKEN.test(sentences)) return false;
	if (sentences === '') return true;
	return SAYS_NO_DATA.test(sentences) || !(ABOUT_THE_REQUEST.test(sentences) || ABOUT_THE_ACCOUNT.test(sentences));
}
