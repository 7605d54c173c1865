/** The operation that uploads files to a prospect. */

import { omit, pick } from '../../../shared/fields';
import { create, statusColumns } from '../operations';
import { fileFields } from './fields';

const required = ['id_prospecto', 'arquivo'] as const;

export const uploadFile = create({
	value: 'uploadFile',
	name: 'Upload File',
	pastTense: 'uploaded',
	id: 'upload_file',
	action: 'Upload prospect file',
	description: 'Upload files to a prospect, one request per file',
	path: '/arquivos',
	required: pick(fileFields, ...required),
	optional: omit(fileFields, ...required),
	columns: statusColumns,
});
