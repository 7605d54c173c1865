/** Fields, filters and sort keys of clients. */

import { choice, date, dateTime, decimal, id, idList, text, url } from '../../../shared/fields';
import { prefectures, sortDirections } from '../../choices';
import { hotProfileFields } from '../../fields';

/** Fields that can be written to a client (a company). */
export const clientFields = hotProfileFields({
	id: id('Client', { term: '会社ID', picker: 'searchClients' }),
	name: text('Name', 255, { term: '会社名' }),
	name_kana: text('Name (Kana)', 255, { term: '会社名カナ' }),
	name_disp: text('Short Name', 255, { term: '会社名略称', help: 'If left out, HotProfile uses the name without its legal form, e.g. without 株式会社' }),
	zip: text('Postal Code', 100, { term: '郵便番号' }),
	pref_id: choice('Prefecture', prefectures, { term: '都道府県' }),
	address: text('Address', 255, { term: '住所' }),
	latitude: decimal('Latitude', { term: '緯度', min: -90, max: 90 }),
	longitude: decimal('Longitude', { term: '経度', min: -180, max: 180 }),
	business_category_kbn: id('Industry ID', { term: '業種（旧分類）', help: 'ID of an industry that is set up in HotProfile' }),
	worker_number_kbn: id('Number of Employees ID', { term: '従業員数', help: 'ID of a company size that is set up in HotProfile' }),
	capital_kbn: id('Capital ID', { term: '資本金', help: 'ID of a capital range that is set up in HotProfile' }),
	ipo_kbn: id('Listing Status ID', { term: '上場区分', help: 'ID of a listing status that is set up in HotProfile' }),
	sales_last_year: text('Previous-Year Sales', 255, { term: '前年度売り上げ高' }),
	main_tel: text('Main Phone', 100, { term: '代表電話番号' }),
	url: url('Website', { term: 'URL', maxLength: 255 }),
	mail_domain: text('Email Domain', 255, { term: 'メールドメイン' }),
	user_id: id('Sales Rep User ID', { term: '営業担当者ユーザーID', help: 'Internal user ID, not the login ID' }),
	note: text('Notes', 5000, { term: 'メモ' }),
	name_sub: text('Name (Second Language)', 255, { term: '会社名（第二言語）' }),
	name_kana_sub: text('Name (Kana, Second Language)', 255, { term: '会社名カナ（第二言語）' }),
	zip_sub: text('Postal Code (Second Language)', 50, { term: '郵便番号（第二言語）' }),
	address_sub: text('Address (Second Language)', 255, { term: '住所（第二言語）' }),
	pref_sub: text('Prefecture (Second Language)', 100, { term: '都道府県（第二言語）', help: 'The name of the prefecture, not its number' }),
});

/** Search filters for clients. Text matches in part unless the line says otherwise. */
export const clientFilters = hotProfileFields({
	'search[name]': text('Name', undefined, { term: '会社名' }),
	'search[name_kana]': text('Name (Kana)', undefined, { term: '会社名カナ' }),
	'search[name_disp]': text('Short Name', undefined, { term: '略称' }),
	'search[from_id]': id('Client ID From', { term: '会社ID', help: 'Only records with this ID or a higher one' }),
	'search[to_id]': id('Client ID To', { term: '会社ID', help: 'Only records with this ID or a lower one' }),
	'search[zip]': text('Postal Code', undefined, { term: '郵便番号' }),
	'search[address]': text('Address', undefined, { term: '住所' }),
	'search[latitude]': text('Latitude (Text)', undefined, { term: '緯度', help: 'Matches part of the digits' }),
	'search[longitude]': text('Longitude (Text)', undefined, { term: '経度', help: 'Matches part of the digits' }),
	'search[corporate_number]': text('Corporate Number', undefined, { term: '法人番号' }),
	'search[main_tel]': text('Main Phone', undefined, { term: '代表電話番号' }),
	'search[url]': text('Website', undefined, { term: 'URL' }),
	'search[mail_domain]': text('Email Domain', undefined, { term: 'メールドメイン' }),
	'search[note]': text('Notes', undefined, { term: 'メモ' }),
	'search[user_ids]': idList('Sales Rep User IDs', { term: '営業担当者', separate: 'comma' }),
	'search[name_sub]': text('Name (Second Language)', undefined, { term: '会社名（第二言語）' }),
	'search[name_kana_sub]': text('Name (Kana, Second Language)', undefined, { term: '会社名カナ（第二言語）' }),
	'search[zip_sub]': text('Postal Code (Second Language)', undefined, { term: '郵便番号（第二言語）' }),
	'search[address_sub]': text('Address (Second Language)', undefined, { term: '住所（第二言語）' }),
	'search[pref_sub]': text('Prefecture (Second Language)', undefined, { term: '都道府県（第二言語）' }),
	'search[from_created_on]': date('Created From', { term: '入力日' }),
	'search[to_created_on]': date('Created To', { term: '入力日' }),
	'search[from_updated_on]': date('Updated From', { term: '更新日' }),
	'search[to_updated_on]': date('Updated To', { term: '更新日' }),
	'search[from_datetime_updated_on]': dateTime('Updated From (Date and Time)', { term: '更新日時', help: 'In Japan time, unless the value has a time zone' }),
	'search[to_datetime_updated_on]': dateTime('Updated To (Date and Time)', { term: '更新日時', help: 'In Japan time, unless the value has a time zone' }),
});

/** Sort keys of clients (vendor guide). */
export const clientSort = hotProfileFields({
	'order[key]': choice('Sort By', [
		{ name: 'Client ID', value: 'id' },
		{ name: 'Address', value: 'address' },
		{ name: 'Capital', value: 'capital_kbn' },
		{ name: 'Corporate Number', value: 'corporate_number' },
		{ name: 'Created At', value: 'created_at' },
		{ name: 'Email Domain', value: 'mail_domain' },
		{ name: 'Industry (Old Classification)', value: 'business_category_kbn' },
		{ name: 'Industry Detail (Old Classification)', value: 'middle_business_category' },
		{ name: 'Industry Sector', value: 'industry_kbn' },
		{ name: 'Latitude', value: 'latitude' },
		{ name: 'Listing Status', value: 'ipo_kbn' },
		{ name: 'Longitude', value: 'longitude' },
		{ name: 'Main Phone', value: 'main_tel' },
		{ name: 'Name', value: 'name' },
		{ name: 'Name (Kana)', value: 'name_kana' },
		{ name: 'Notes', value: 'note' },
		{ name: 'Number of Employees', value: 'worker_number_kbn' },
		{ name: 'Postal Code', value: 'zip' },
		{ name: 'Prefecture', value: 'pref_id' },
		{ name: 'Previous-Year Sales', value: 'sales_last_year' },
		{ name: 'Sales Rep', value: 'user_id' },
		{ name: 'Short Name', value: 'name_disp' },
		{ name: 'Updated At', value: 'updated_at' },
		{ name: 'Website', value: 'url' },
	]),
	'order[type]': choice('Direction', sortDirections),
});
