/** The resource for business cards. */

import type { Resource } from '../../../shared/fields/operations';
import { createBusinessCard } from './create';
import { getManyBusinessCards } from './getMany';
import { updateBusinessCard } from './update';

export const businessCard: Resource = {
	value: 'businessCard',
	name: 'Business Card',
	term: '名刺',
	operations: [createBusinessCard, getManyBusinessCards, updateBusinessCard],
	rowKeys: [
		'id', 'address', 'address1', 'address2', 'address3', 'address_sub', 'client_branch_id',
		'client_branch_name', 'client_id', 'client_name', 'client_name_sub', 'corporate_number', 'created_at',
		'direct_note', 'email', 'email_sub', 'family_name', 'family_name_kana', 'family_name_kana_sub',
		'family_name_sub', 'fax', 'fax_sub', 'first_name', 'first_name_kana', 'first_name_kana_sub',
		'first_name_sub', 'items', 'latitude', 'lead_source', 'lead_source_kbn_id', 'longitude', 'mobile_email',
		'mobile_email_sub', 'mobile_tel', 'mobile_tel_sub', 'name', 'name_kana', 'name_kana_sub', 'name_sub',
		'note', 'open_status', 'organization_ancestry_all_name', 'organization_name', 'organization_name_sub',
		'post', 'post_sub', 'pref_id', 'pref_sub', 'request_key', 'status', 'tag_ids', 'tel', 'tel_sub',
		'temporary_business_card_id', 'trade_on', 'updated_at', 'url', 'url_sub', 'user_code', 'user_id',
		'user_name', 'zip', 'zip_sub',
	],
};
