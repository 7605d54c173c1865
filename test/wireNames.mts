/** The wire names in the services' own documents, by the parameter names that they should have in n8n. */

/** `search[client][name_kana]` is `clientNameKana`, `razão_social` is `razaoSocial`: written anew here, so that it checks the nodes' own. */
function parameterName(wire: string): string {
	const plain = wire.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/^(search|page)\[/, '');
	const [first = '', ...others] = plain.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
	const start = first === first.toUpperCase() ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1);
	return start + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

export const byParameterName = (wires: string[]): Map<string, string> => new Map(wires.map((wire) => [parameterName(wire), wire]));

/** Parameters of the nodes that control a run, but are not sent. */
const NOT_SENT = new Set(['throttle', 'resource', 'operation', 'requestOptions', 'returnAll', 'limit', 'output', 'outputFields', 'clearEmptyFields', 'binaryFields']);

/**
 * The wire name of a parameter; nothing for one that is not sent.
 * @throws where the documents have no such field
 */
export function wireOf(names: Map<string, string>, parameter: string): string | undefined {
	const wire = names.get(parameter);
	if (wire === undefined && !NOT_SENT.has(parameter)) throw new Error(`The documents of the service have no field for ${parameter}`);
	return wire;
}
