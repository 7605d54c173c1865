import { omit, pick } from '../../../shared/fields/fields';
import { create, statusRow } from '../operations';
import { fileFields } from './fields';

const required = ['id_prospecto', 'arquivo'] as const;

export const uploadFile = create({
	value: 'uploadFile',
	name: 'Upload File',
	pastTense: 'uploaded',
	id: 'upload_file',
	action: 'Upload prospect file',
	description: 'Send files to a prospect, one call for each',
	path: '/arquivos',
	required: pick(fileFields, ...required),
	optional: omit(fileFields, ...required),
	columns: statusRow,
});
