/** The resource for leads. */

import type { Resource } from '../../../shared/fields/operations';
import { createLead } from './create';
import { getManyLeads } from './getMany';
import { updateLead } from './update';

export const lead: Resource = {
	value: 'lead',
	name: 'Lead',
	term: 'リード',
	operations: [createLead, getManyLeads, updateLead],
	rowKeys: [
		'id', 'address', 'address1', 'address2', 'address3', 'client_branch_id', 'client_branch_name',
		'client_id', 'client_name', 'competitor_flg', 'created_at', 'customer_id', 'email', 'end_user_flg',
		'error_address_flg', 'error_fax_flg', 'error_mail_flg', 'error_tel_flg', 'extension', 'family_name',
		'family_name_kana', 'fax', 'first_name', 'first_name_kana', 'important_customer_flg',
		'interest_product_type_ids', 'interest_product_type_names', 'items', 'latitude', 'lead_source',
		'lead_source_kbn_id', 'lead_source_kbn_name', 'lead_status', 'lead_status_name', 'longitude',
		'mobile_email', 'mobile_tel', 'name', 'name_kana', 'not_dm_flg', 'not_fax_flg', 'not_mail_flg',
		'not_tel_flg', 'note', 'organization_hierarchy', 'organization_id', 'organization_name',
		'owner_user_code', 'owner_user_id', 'owner_user_name', 'post', 'pref', 'pref_id', 'store_flg', 'tags',
		'tel', 'trade_on', 'updated_at', 'url', 'user_names', 'zip',
	],
};
