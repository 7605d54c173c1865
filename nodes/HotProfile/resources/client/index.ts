/** The resource for clients. */

import type { Resource } from '../../../shared/fields/operations';
import { createClient } from './create';
import { getManyClients } from './getMany';
import { updateClient } from './update';

export const client: Resource = {
	value: 'client',
	name: 'Client',
	term: '会社',
	operations: [createClient, getManyClients, updateClient],
	rowKeys: [
		'id', 'address', 'address1', 'address2', 'address3', 'business_category', 'business_category_kbn',
		'capital_kbn', 'corporate_number', 'created_at', 'industry_kbn', 'ipo_kbn', 'items',
		'jsic_business_category_kbn', 'latitude', 'longitude', 'mail_domain', 'main_tel', 'name', 'name_disp',
		'name_kana', 'note', 'pref', 'sales_last_year', 'updated_at', 'url', 'user_code', 'user_name',
		'worker_number_kbn', 'zip',
	],
};
