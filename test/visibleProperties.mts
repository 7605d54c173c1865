import type { INodeProperties } from 'n8n-workflow';

/** Whether the editor shows a property, or an option of a collection, for a resource and an operation. */
function isShown({ displayOptions }: INodeProperties, resource: string, operation: string): boolean {
	const show = (displayOptions?.show ?? {}) as Record<string, unknown[] | undefined>;
	return (
		[show.resource, show['/resource']].every((one) => one?.includes(resource) ?? true) &&
		[show.operation, show['/operation']].every((one) => one?.includes(operation) ?? true)
	);
}

/** The properties that the editor shows for a resource and an operation; collections keep only the options that it shows. */
export function visible(properties: INodeProperties[], resource: string, operation: string): INodeProperties[] {
	return properties
		.filter((one) => one.name !== 'requestOptions' && isShown(one, resource, operation))
		.map((one) => ({ ...one, options: one.type === 'collection' ? inside(one).filter((option) => isShown(option, resource, operation)) : one.options }));
}

/** The options of a collection. */
export const inside = ({ type, options }: INodeProperties): INodeProperties[] =>
	type === 'collection' ? (options as INodeProperties[]) : [];
