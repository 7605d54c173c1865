import { omit, pick } from '../../../shared/fields';
import { create, statusRow } from '../shared';
import { fileFields } from './fields';

const required = ['id_prospecto', 'arquivo'] as const;

export const uploadFile = create({
	value: 'uploadFile',
	name: 'Upload File',
	done: 'uploaded',
	id: 'upload_file',
	action: 'Upload prospect file',
	description: 'Send files to a prospect, one call for each',
	path: '/arquivos',
	required: pick(fileFields, ...required),
	optional: omit(fileFields, ...required),
	row: statusRow,
});
