import { column } from '../shared/fields/columns';
import { code, count, date, text } from './values';

/** Column types of CRM Zen's answers. A value in a form that is not expected becomes null. */

export const textColumn = column({ read: text });
export const countColumn = column({ read: count });
export const codeColumn = column({ read: code });
export const dateColumn = column({ read: date });
