import type { Operation } from '../fields/operations';

/** A list of the service's own records with IDs: shown by pickers, used to check IDs. */
export interface ReferenceList {
	operation: Operation;
	/** Wire names of a row's ID and of its display name. */
	id: string;
	label: string;
}
