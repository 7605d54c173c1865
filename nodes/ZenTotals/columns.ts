/** Column types of CRM Zen's answers. A value of an unexpected type becomes null. */

import { column } from '../shared/fields/columns';
import { code, count, date, text } from './values';

export const textColumn = column({ read: text });
export const countColumn = column({ read: count });
export const codeColumn = column({ read: code });
export const dateColumn = column({ read: date });
