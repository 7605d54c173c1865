/** Field types that only Brazil has: tax numbers (CPF and CNPJ), CEP, UF, phones, and yes or no in the words of an ERP. */

import { z } from 'zod';

import type { FieldSpec, Formats, WireValue } from '../../shared/fields';
import { defineType } from '../../shared/fields';
import { numberAsText, textProperty, textRule } from '../../shared/fields/types/text';
import { parseYesNo } from '../../shared/fields/yesNo';
import { isTaxNumber } from './taxNumbers';
import { isStateCode } from './states';
import { yesNoWords } from './yesNo';

/** How Brazilian values are written; settings of the same names override them. */
export interface BrazilianFormats {
	/** Whether a CPF or CNPJ with a wrong check digit is refused. */
	checkDocuments: boolean;
	/** Whether documents, postal codes and phones lose their punctuation. */
	digitsOnly: boolean;
	/** Yes and no with a slash between, e.g. `S/N`. */
	yesNoAs: string;
}

export const BRAZILIAN_FORMATS: BrazilianFormats = { checkDocuments: true, digitsOnly: false, yesNoAs: 'S/N' };

const formatsOf = (formats: Formats) => ({ ...BRAZILIAN_FORMATS, ...(formats as Partial<BrazilianFormats>) });

/** CPF or CNPJ, with or without punctuation. */
export const taxNumber = defineType({
	kind: 'taxNumber',
	rule: (spec: FieldSpec, formats: Formats) => {
		const { checkDocuments, digitsOnly } = formatsOf(formats);
		return textRule(spec)
			.refine((value) => !checkDocuments || isTaxNumber(value), { message: 'must be a CPF or CNPJ with valid check digits' })
			.transform((value): WireValue => (digitsOnly ? value.replace(/[^0-9A-Za-z]/g, '') : value));
	},
	property: textProperty('e.g. 529.982.247-25'),
	settings: ['checkDocuments', 'digitsOnly'],
});

const withoutPunctuation = (value: string, formats: Formats): WireValue => (formatsOf(formats).digitsOnly ? value.replace(/\D/g, '') : value);

/** CEP. */
export const postalCode = defineType({
	kind: 'postalCode',
	rule: (spec, formats) =>
		textRule(spec)
			.refine((value) => /^\d{2}\.?\d{3}-?\d{3}$/.test(value.trim()), { message: 'must be a CEP with 8 digits, e.g. 01310-100' })
			.transform((value) => withoutPunctuation(value, formats)),
	property: textProperty('e.g. 01310-100'),
	settings: ['digitsOnly'],
	canBeCleared: true,
});

export const phone = defineType({
	kind: 'phone',
	rule: (spec, formats) => textRule(spec).transform((value) => withoutPunctuation(value, formats)),
	property: textProperty('e.g. (11) 5555-0100'),
	settings: ['digitsOnly'],
	canBeCleared: true,
});

/** UF, or the name of a state. */
export const state = defineType({
	kind: 'state',
	rule: (spec) =>
		textRule(spec).refine((value) => value.trim().length !== 2 || isStateCode(value.trim()), {
			message: 'must be a valid state (UF), e.g. SP',
		}),
	property: textProperty('e.g. SP'),
	canBeCleared: true,
});

/** Yes or no, sent in the words of the ERP; words that were entered stay as they are. */
export const yesNo = defineType({
	kind: 'yesNo',
	rule: (_spec, formats) => {
		const [yes, no] = formatsOf(formats).yesNoAs.split('/');
		return z
			.preprocess((value) => (typeof value === 'boolean' ? (value ? yes : no) : numberAsText(value)), z.string({ message: 'must be true or false' }))
			.refine((value) => parseYesNo(value, yesNoWords) !== undefined, { message: 'must be true or false' })
			.transform((value): WireValue => value.trim());
	},
	property: () => ({ type: 'boolean', default: false }),
	settings: ['yesNoAs'],
});
