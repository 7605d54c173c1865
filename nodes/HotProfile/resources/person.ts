/** Fields about a person that leads and business cards share. */

import type { FieldSpec } from '../../shared/fields';
import { choice, decimal, digits, email, id, idList, text, url } from '../../shared/fields';
import { prefectures } from '../choices';

export const person = {
	client_id: id('Client', { term: '会社ID', picker: 'searchClients', help: 'The company that the person works for. It must already exist in HotProfile' }),
	client_branch_id: id('Branch ID', { term: '拠点ID', help: 'ID of a branch of a company. The company of the branch replaces the client' }),
	organization_id: id('Department ID', { term: '部署ID', help: 'ID of a department of the same client' }),
	post: text('Job Title', 255, { term: '役職' }),
	family_name: text('Last Name', 100, { term: '姓' }),
	first_name: text('First Name', 100, { term: '名' }),
	family_name_kana: text('Last Name (Kana)', 100, { term: '姓(カナ)' }),
	first_name_kana: text('First Name (Kana)', 100, { term: '名(カナ)' }),
	tel: text('Phone', 100, { term: '電話番号' }),
	extension: digits('Extension', { term: '内線番号', maxLength: 8, help: 'Digits only' }),
	fax: text('Fax', 100, { term: 'FAX' }),
	email: email('Email', { term: 'メールアドレス', maxLength: 200 }),
	mobile_tel: text('Mobile Phone', 100, { term: '携帯電話番号' }),
	mobile_email: email('Mobile Email', { term: '携帯メールアドレス', maxLength: 100 }),
	zip: text('Postal Code', 50, { term: '郵便番号' }),
	pref_id: choice('Prefecture', prefectures, { term: '都道府県' }),
	address: text('Address', 255, { term: '住所' }),
	url: url('Website', { term: 'URL', maxLength: 255 }),
	latitude: decimal('Latitude', { term: '緯度', min: -90, max: 90 }),
	longitude: decimal('Longitude', { term: '経度', min: -180, max: 180 }),
	lead_source_kbn_id: id('Lead Source ID', { term: 'リードソースID', help: 'ID of a lead source that is set up in HotProfile' }),
	lead_source: text('Lead Source Details', 3000, { term: 'リードソース詳細' }),
	'tag_ids[]': idList('Tag IDs', { term: 'タグID', separate: 'repeat' }),
	note: text('Notes', 5000, { term: 'メモ' }),
} satisfies Record<string, FieldSpec>;
