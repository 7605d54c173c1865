/** The public side of the field catalogue: how fields are declared, and the field types that any service can use. */

export type { Choice, Field, FieldDetails, Fields, FieldSpec, FieldType, FormatOverrides, Formats, Kind, Rule, WireValue } from './field';
export { defineType, fields, omit, parameterName, pick, schemaOf, setting } from './field';
export { choice, choiceList } from './types/choices';
export { date, dateTime, day } from './types/dates';
export { file } from './types/files';
export { clearEmptyFields, flag } from './types/flags';
export { id, idList, reference } from './types/ids';
export { json } from './types/json';
export { list } from './types/lists';
export { decimal, integer } from './types/numbers';
export { digits, email, text, url } from './types/text';
