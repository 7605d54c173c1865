/** The columns of a client as HotProfile returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { customFieldsColumn, dateColumn, listColumn, numberColumn, textColumn } from '../../columns';

export const clientColumns: Columns = {
	id: numberColumn('id', 'ID'),
	address: textColumn('address', 'Address'),
	address1: textColumn('address1', 'Address 1'),
	address2: textColumn('address2', 'Address 2'),
	address3: textColumn('address3', 'Address 3'),
	business_category: textColumn('business_category', 'Business Category'),
	business_category_kbn: textColumn('business_category_kbn', 'Industry (Old Classification)'),
	capital_kbn: textColumn('capital_kbn', 'Capital'),
	corporate_number: numberColumn('corporate_number', 'Corporate Number'),
	created_at: dateColumn('created_at', 'Created At'),
	industry_kbn: textColumn('industry_kbn', 'Industry Sector'),
	ipo_kbn: textColumn('ipo_kbn', 'Listing Status'),
	items: customFieldsColumn('items', 'Custom Fields'),
	jsic_business_category_kbn: listColumn('jsic_business_category_kbn', 'Business Category (JSIC)'),
	latitude: numberColumn('latitude', 'Latitude'),
	longitude: numberColumn('longitude', 'Longitude'),
	mail_domain: textColumn('mail_domain', 'Email Domain'),
	main_tel: textColumn('main_tel', 'Main Phone'),
	name: textColumn('name', 'Name'),
	name_disp: textColumn('name_disp', 'Short Name'),
	name_kana: textColumn('name_kana', 'Name (Kana)'),
	note: textColumn('note', 'Notes'),
	pref: textColumn('pref', 'Prefecture'),
	sales_last_year: textColumn('sales_last_year', 'Previous-Year Sales'),
	updated_at: dateColumn('updated_at', 'Updated At'),
	url: textColumn('url', 'Website'),
	user_code: textColumn('user_code', 'Sales Rep Code'),
	user_name: textColumn('user_name', 'Sales Rep'),
	worker_number_kbn: textColumn('worker_number_kbn', 'Number of Employees'),
	zip: textColumn('zip', 'Postal Code'),
};
