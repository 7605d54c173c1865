/** Fields, filters and sort keys of business cards. */

import { choice, choiceList, date, id, idList, text } from '../../../shared/fields';
import { openStatuses, prefectures, sortDirections, statuses } from '../../choices';
import { hotProfileFields } from '../../fields';
import { matchingFilters, trueOrNothing } from '../../filters';
import { person } from '../person';

/** Fields that can be written to a business card. */
export const businessCardFields = hotProfileFields({
	id: id('Business Card', { term: '名刺ID', picker: 'searchBusinessCards' }),
	...person,
	status: choice('Status', statuses, { term: 'ステータス' }),
	open_status: choice('Public Status', openStatuses, { term: '公開ステータス' }),
	owner_user_id: id('Card Owner User ID', { term: '名刺所有者ユーザーID', help: 'Internal user ID, not the login ID' }),
	owner_user: text('Other Card Owner', 255, { term: 'その他の名刺所有者', help: 'Name of an owner who is not a HotProfile user' }),
	trade_on: date('Card Exchange Date', { term: '名刺交換日' }),
	direct_note: text('Handwritten Notes', 5000, { term: '手書きメモ' }),
});

/** Search filters for business cards. Text matches in part unless the line says otherwise. */
export const businessCardFilters = hotProfileFields({
	'search[family_name]': text('Last Name', undefined, { term: '氏名（姓）' }),
	'search[first_name]': text('First Name', undefined, { term: '氏名（名）' }),
	'search[family_name_kana]': text('Last Name (Kana)', undefined, { term: '姓（カナ）' }),
	'search[first_name_kana]': text('First Name (Kana)', undefined, { term: '名（カナ）' }),
	'search[client_name]': text('Client Name', undefined, { term: '会社名' }),
	'search[from_trade_on]': date('Exchanged From', { term: '名刺交換日' }),
	'search[to_trade_on]': date('Exchanged To', { term: '名刺交換日' }),
	'search[from_updated_on]': date('Updated From', { term: '更新日' }),
	'search[to_updated_on]': date('Updated To', { term: '更新日' }),
	'search[from_created_on]': date('Created From', { term: '入力日' }),
	'search[to_created_on]': date('Created To', { term: '入力日' }),
	'search[organization_ancestry_all_name]': text('Department (All Levels)', undefined, { term: '部署名' }),
	'search[post]': text('Job Title', undefined, { term: '役職' }),
	'search[tel]': text('Phone', undefined, { term: '電話番号' }),
	'search[fax]': text('Fax', undefined, { term: 'FAX' }),
	'search[mobile_tel]': text('Mobile Phone', undefined, { term: '携帯電話番号' }),
	'search[email]': text('Email', undefined, { term: 'メールアドレス' }),
	'search[mobile_email]': text('Mobile Email', undefined, { term: '携帯メールアドレス' }),
	'search[role_id]': id('Permission Group ID', { term: 'グループ', help: 'Exact match' }),
	'search[zip]': text('Postal Code', undefined, { term: '郵便番号' }),
	'search[address]': text('Address', undefined, { term: '住所' }),
	'search[url]': text('Website', undefined, { term: 'URL' }),
	'search[note]': text('Notes', undefined, { term: 'メモ' }),
	'search[direct_note]': text('Handwritten Notes', undefined, { term: '手書きメモ' }),
	'search[lead_source]': text('Lead Source Details', undefined, { term: 'リードソース詳細' }),
	'search[request_key]': text('Inquiry Number', undefined, { term: '問い合わせ番号' }),
	'search[latitude]': text('Latitude (Text)', undefined, { term: '緯度', help: 'Matches part of the digits' }),
	'search[longitude]': text('Longitude (Text)', undefined, { term: '経度', help: 'Matches part of the digits' }),
	// Beyond the connector, from the vendor guide.
	'search[private_flg]': trueOrNothing('Only My Cards', { term: '自分のみ', help: 'Whether to return only business cards of the user of the API key' }),
	'search[client_id]': id('Client ID', { term: '会社ID', help: 'Exact match' }),
	'search[client_branch_id]': id('Branch ID', { term: '拠点ID', help: 'Exact match' }),
	'search[client_branch_name]': text('Branch', undefined, { term: '拠点名' }),
	'search[client][corporate_number]': text('Corporate Number', undefined, { term: '法人番号' }),
	'search[organization_id]': id('Department ID', { term: '部署ID', help: 'Exact match' }),
	'search[status][]': choiceList('Statuses', statuses, { term: 'ステータス', separate: 'repeat' }),
	'search[open_status][]': choiceList('Public Statuses', openStatuses, { term: '公開ステータス', separate: 'repeat' }),
	'search[lead_ids]': idList('Lead IDs', { term: 'リード ID', separate: 'comma' }),
	'search[owner_user_id]': id('Card Owner User ID', { term: '名刺所有者', help: 'Exact match on the internal user ID' }),
	'search[owner_user_ids]': idList('Card Owner User IDs', { term: '名刺所有者', separate: 'comma', help: 'Internal user IDs' }),
	'search[owner_user_code]': text('Card Owner Login ID', undefined, { term: '名刺所有者', help: 'Exact match' }),
	'search[pref_ids][]': choiceList('Prefectures', prefectures, { term: '都道府県', separate: 'repeat' }),
	'search[tag_ids][]': idList('Tag IDs', { term: 'タグ', separate: 'repeat', help: 'Cards with any of these tags' }),
	'search[lead_source_kbn_ids][]': idList('Lead Source IDs', { term: 'リードソース', separate: 'repeat' }),
	'search[temporary_business_card_id]': id('Scan Request ID', { term: '名刺データ化中ID', help: 'ID of a card that is still being digitized. Exact match' }),
	...matchingFilters({
		clientBranchName: 'Branch', clientName: 'Client Name', fax: 'Fax', firstName: 'First Name', firstNameKana: 'First Name (Kana)',
		familyName: 'Last Name', familyNameKana: 'Last Name (Kana)', mobileTel: 'Mobile Phone', tel: 'Phone',
	}),
});

/** Sort keys of business cards (vendor guide). */
export const businessCardSort = hotProfileFields({
	'order[key]': choice('Sort By', [
		{ name: 'Business Card ID', value: 'id' },
		{ name: 'Address', value: 'address' },
		{ name: 'Address (Second Language)', value: 'address_sub' },
		{ name: 'Card Exchange Date', value: 'trade_on' },
		{ name: 'Card Owner', value: 'user' },
		{ name: 'Client Name', value: 'client' },
		{ name: 'Client Name (Kana)', value: 'client_name_kana' },
		{ name: 'Corporate Number', value: 'client_corporate_number' },
		{ name: 'Created At', value: 'created_at' },
		{ name: 'Department', value: 'organization' },
		{ name: 'Department (Second Language)', value: 'organization_name_sub' },
		{ name: 'Email', value: 'email' },
		{ name: 'Fax', value: 'fax' },
		{ name: 'Handwritten Notes', value: 'direct_note' },
		{ name: 'Inquiry Number', value: 'request_key' },
		{ name: 'Job Title', value: 'post' },
		{ name: 'Job Title (Second Language)', value: 'post_sub' },
		{ name: 'Last Name (Kana)', value: 'family_name_kana' },
		{ name: 'Lead Source Details', value: 'lead_source' },
		{ name: 'Lead Source ID', value: 'lead_source_kbn_id' },
		{ name: 'Mobile Email', value: 'mobile_email' },
		{ name: 'Mobile Phone', value: 'mobile_tel' },
		{ name: 'Notes', value: 'note' },
		{ name: 'Phone', value: 'tel' },
		{ name: 'Postal Code', value: 'zip' },
		{ name: 'Postal Code (Second Language)', value: 'zip_sub' },
		{ name: 'Prefecture', value: 'pref_id' },
		{ name: 'Public Status', value: 'open_status' },
		{ name: 'Status', value: 'status' },
		{ name: 'Updated At', value: 'updated_at' },
		{ name: 'Website', value: 'url' },
		{ name: 'Website (Second Language)', value: 'url_sub' },
	]),
	'order[type]': choice('Direction', sortDirections),
});
