/** Maps n8n parameter names to the wire names in the services' own documentation. */

/** `search[client][name_kana]` becomes `clientNameKana`, `razão_social` becomes `razaoSocial`. Independent of the nodes' own implementation, which it checks. */
function parameterName(wire: string): string {
	const plain = wire.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/^(search|page)\[/, '');
	const [first = '', ...others] = plain.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
	const start = first === first.toUpperCase() ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1);
	return start + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

export const byParameterName = (wires: string[]): Map<string, string> => new Map(wires.map((wire) => [parameterName(wire), wire]));

/** Parameters that control the node and are not sent. */
const NOT_SENT = new Set(['throttle', 'resource', 'operation', 'requestOptions', 'returnAll', 'limit', 'output', 'outputFields', 'clearEmptyFields', 'binaryFields']);

/**
 * The wire name of a parameter, or undefined for one that is not sent.
 * @throws if the documentation has no such field
 */
export function wireOf(names: Map<string, string>, parameter: string): string | undefined {
	const wire = names.get(parameter);
	if (wire === undefined && !NOT_SENT.has(parameter)) throw new Error(`The documentation of the service has no field for ${parameter}`);
	return wire;
}
