/**
 * Words that the sample records are composed of: [kanji, kana, romaji]. Family and given names
 * are the common ones; a company's name always starts with a word such as "sample" or "imaginary".
 */
type Word = [kanji: string, kana: string, romaji: string];

const words = (text: string): Word[] => text.trim().split(/\s+/).map((word) => word.split('/') as Word);

export const familyNames = words(`
	佐藤/サトウ/sato 鈴木/スズキ/suzuki 高橋/タカハシ/takahashi 田中/タナカ/tanaka 伊藤/イトウ/ito
	渡辺/ワタナベ/watanabe 山本/ヤマモト/yamamoto 中村/ナカムラ/nakamura 小林/コバヤシ/kobayashi
	加藤/カトウ/kato 吉田/ヨシダ/yoshida 山田/ヤマダ/yamada 佐々木/ササキ/sasaki 山口/ヤマグチ/yamaguchi
	松本/マツモト/matsumoto 井上/イノウエ/inoue 木村/キムラ/kimura 林/ハヤシ/hayashi 斎藤/サイトウ/saito
	清水/シミズ/shimizu 山崎/ヤマザキ/yamazaki 森/モリ/mori 池田/イケダ/ikeda 橋本/ハシモト/hashimoto
	阿部/アベ/abe 石川/イシカワ/ishikawa 山下/ヤマシタ/yamashita 中島/ナカジマ/nakajima 石井/イシイ/ishii
	小川/オガワ/ogawa 前田/マエダ/maeda 岡田/オカダ/okada 長谷川/ハセガワ/hasegawa 藤田/フジタ/fujita
	後藤/ゴトウ/goto 近藤/コンドウ/kondo 村上/ムラカミ/murakami 遠藤/エンドウ/endo 青木/アオキ/aoki
	坂本/サカモト/sakamoto 髙﨑/タカサキ/takasaki 𠮷野/ヨシノ/yoshino
`);

export const givenNames = words(`
	一郎/イチロウ/ichiro 健/ケン/ken 誠/マコト/makoto 大輔/ダイスケ/daisuke 翔太/ショウタ/shota 直樹/ナオキ/naoki
	拓也/タクヤ/takuya 浩二/コウジ/koji 和也/カズヤ/kazuya 隆/タカシ/takashi 修/オサム/osamu 悠真/ユウマ/yuma
	花/ハナ/hana 美咲/ミサキ/misaki 陽子/ヨウコ/yoko 恵子/ケイコ/keiko さくら/サクラ/sakura 結衣/ユイ/yui
	由美/ユミ/yumi 彩/アヤ/aya 真由美/マユミ/mayumi みなみ/ミナミ/minami 直子/ナオコ/naoko 葵/アオイ/aoi
	智子/トモコ/tomoko 遥/ハルカ/haruka 裕子/ユウコ/yuko 亮/リョウ/ryo 純/ジュン/jun 薫/カオル/kaoru
`);

export const companyFirst = words(`
	見本/ミホン/mihon 架空/カクウ/kaku 仮想/カソウ/kaso 例題/レイダイ/reidai 雛形/ヒナガタ/hinagata
	模範/モハン/mohan 試作/シサク/shisaku 標本/ヒョウホン/hyohon 想定/ソウテイ/sotei 仮名/カメイ/kamei
`);

export const companySecond = words(`
	青葉/アオバ/aoba 若草/ワカクサ/wakakusa 白波/シラナミ/shiranami 朝霧/アサギリ/asagiri 夕凪/ユウナギ/yunagi
	月影/ツキカゲ/tsukikage 花園/ハナゾノ/hanazono 松風/マツカゼ/matsukaze 星空/ホシゾラ/hoshizora 山彦/ヤマビコ/yamabiko
`);

export const companyThird = words(`
	商事/ショウジ/shoji 物流/ブツリュウ/butsuryu 製作所/セイサクショ/seisakusho 電機/デンキ/denki 食品/ショクヒン/shokuhin
	建設/ケンセツ/kensetsu 工業/コウギョウ/kogyo 印刷/インサツ/insatsu 薬品/ヤクヒン/yakuhin 設計/セッケイ/sekkei
`);

/** [prefecture, postal code, area code, city, latitude, longitude] of the places used in the records. */
export const places: [number, string, string, string, number, number][] = [
	[1, '060-0000', '011', '札幌市中央区', 43.06, 141.35], [4, '980-0000', '022', '仙台市青葉区', 38.26, 140.87],
	[11, '330-0000', '048', 'さいたま市大宮区', 35.9, 139.62], [12, '261-0000', '043', '千葉市美浜区', 35.64, 140.06],
	[13, '100-0000', '03', '千代田区', 35.69, 139.75], [13, '160-0000', '03', '新宿区', 35.69, 139.7],
	[14, '220-0000', '045', '横浜市西区', 35.45, 139.61], [15, '951-0000', '025', '新潟市中央区', 37.91, 139.03],
	[17, '920-0000', '076', '金沢市', 36.56, 136.65], [22, '420-0000', '054', '静岡市葵区', 34.97, 138.38],
	[23, '460-0000', '052', '名古屋市中区', 35.16, 136.9], [26, '600-0000', '075', '京都市下京区', 34.98, 135.75],
	[27, '530-0000', '06', '大阪市北区', 34.7, 135.49], [28, '650-0000', '078', '神戸市中央区', 34.69, 135.19],
	[34, '730-0000', '082', '広島市中区', 34.39, 132.45], [40, '812-0000', '092', '福岡市博多区', 33.59, 130.41],
	[47, '900-0000', '098', '那覇市', 26.21, 127.68],
];

export const posts = ['代表取締役', '部長', '課長', '係長', '主任', '営業担当', '購買担当', ''];

export const events = ['春の見本展', '秋の見本展', '見本セミナー', 'ウェブ問い合わせ', '紹介', ''];

export const notes = ['', '', '来月もう一度連絡する', '資料を送付済み\n返事を待っている', '見積もりを希望（①～③案）'];
