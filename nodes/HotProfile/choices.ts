/** The fixed lists of values that HotProfile's fields take. */

import type { Choice } from '../shared/fields';

/** In the order of JIS X 0401, numbered from 1 (vendor guide: 1 to 47, 13 is 東京都). */
const PREFECTURES: Array<[romaji: string, kanji: string]> = [
	['Hokkaido', '北海道'], ['Aomori', '青森県'], ['Iwate', '岩手県'], ['Miyagi', '宮城県'],
	['Akita', '秋田県'], ['Yamagata', '山形県'], ['Fukushima', '福島県'], ['Ibaraki', '茨城県'],
	['Tochigi', '栃木県'], ['Gunma', '群馬県'], ['Saitama', '埼玉県'], ['Chiba', '千葉県'],
	['Tokyo', '東京都'], ['Kanagawa', '神奈川県'], ['Niigata', '新潟県'], ['Toyama', '富山県'],
	['Ishikawa', '石川県'], ['Fukui', '福井県'], ['Yamanashi', '山梨県'], ['Nagano', '長野県'],
	['Gifu', '岐阜県'], ['Shizuoka', '静岡県'], ['Aichi', '愛知県'], ['Mie', '三重県'],
	['Shiga', '滋賀県'], ['Kyoto', '京都府'], ['Osaka', '大阪府'], ['Hyogo', '兵庫県'],
	['Nara', '奈良県'], ['Wakayama', '和歌山県'], ['Tottori', '鳥取県'], ['Shimane', '島根県'],
	['Okayama', '岡山県'], ['Hiroshima', '広島県'], ['Yamaguchi', '山口県'], ['Tokushima', '徳島県'],
	['Kagawa', '香川県'], ['Ehime', '愛媛県'], ['Kochi', '高知県'], ['Fukuoka', '福岡県'],
	['Saga', '佐賀県'], ['Nagasaki', '長崎県'], ['Kumamoto', '熊本県'], ['Oita', '大分県'],
	['Miyazaki', '宮崎県'], ['Kagoshima', '鹿児島県'], ['Okinawa', '沖縄県'],
];

export const prefectures: Choice[] = PREFECTURES.map(([romaji, kanji], index) => ({ name: `${romaji} (${kanji})`, value: index + 1 }));

/** Status of a lead or a business card. */
export const statuses: Choice[] = [
	{ name: 'Active (アクティブ)', value: 1 },
	{ name: 'Inactive (非アクティブ)', value: 2 },
];

/** Who can see a business card (vendor guide: 1 to 3; the Power Automate connector lacks 2). */
export const openStatuses: Choice[] = [
	{ name: 'Everyone (全体に公開)', value: 1 },
	{ name: 'My Group (グループ内)', value: 2 },
	{ name: 'Only Me (非公開)', value: 3, description: 'Requires the user permission to keep business cards private' },
];

export const sortDirections: Choice[] = [
	{ name: 'Ascending', value: 'asc' },
	{ name: 'Descending', value: 'desc' },
];
