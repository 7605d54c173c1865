import { ownRow, placeOf, ranked, type Row, type Scene, formatNumber, ratio } from './figures.mts';

/** Draws the scenes as SVG: one panel per scene, one bar per contestant, in colors for light and dark pages. */

const WIDTH = 1180;
const MARGIN = 20;
const GAP = 20;
const PANEL = { width: (WIDTH - 2 * MARGIN - GAP) / 2, head: 62, row: 23, foot: 14 };
/** Where bars start and their maximum length; the figures follow them. */
const BAR = { from: 200, longest: 118, height: 13 };

/** Maximum bar length, relative to this package's bar. */
const MOST_TIMES = 3;

const STYLE = `
	svg { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
	.page { fill: #ffffff } .panel { fill: #f6f8fa; stroke: #d8dee4 } .cut { fill: #f6f8fa }
	text { fill: #24292f } .title { font-size: 13.5px; font-weight: 600 } .note { fill: #57606a; font-size: 11px }
	.own { fill: #1a7f5a } .other { fill: #9aa7b4 } .broken { fill: #d9a066 } .fault { fill: #9a4b00 } .best { stroke: #57606a; stroke-dasharray: 3 3 }
	.bold { font-weight: 600 }
	@media (prefers-color-scheme: dark) {
		.page { fill: #0d1117 } .panel { fill: #161b22; stroke: #30363d } .cut { fill: #161b22 }
		text { fill: #e6edf3 } .note { fill: #9aa4af }
		.own { fill: #3fb984 } .other { fill: #6b7682 } .broken { fill: #b07a3c } .fault { fill: #e3a35c } .best { stroke: #9aa4af }
	}`;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function text(x: number, y: number, content: string, className = ''): string {
	return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${className && ` class="${className}"`}>${content}</text>`;
}

const heightOf = ({ rows }: Scene) => PANEL.head + rows.length * PANEL.row + PANEL.foot;

/** One scene; x and y are its upper left corner. */
function panel(scene: Scene, x: number, y: number): string {
	const rows = ranked(scene);
	// Much longer bars are cut off, or the others would be too short to see.
	const most = Math.min(MOST_TIMES * ownRow(scene).value, Math.max(...rows.map(({ value }) => value), scene.best ?? 0));
	const lengthOf = (value: number) => Math.max(1, (BAR.longest * Math.min(value, most)) / most);
	const from = x + BAR.from;
	const height = heightOf(scene);
	const parts = [
		`<rect class="panel" x="${x}" y="${y}" width="${PANEL.width}" height="${height}" rx="6"/>`,
		text(x + 14, y + 24, escaped(scene.title), 'title'),
		text(x + 14, y + 42, escaped(note(scene)), 'note'),
		...rows.map((row, index) => bar(scene, row, x + 14, from, y + PANEL.head + index * PANEL.row, lengthOf(row.value), row.value > most)),
	];
	if (scene.best !== undefined) {
		const at = (from + lengthOf(scene.best)).toFixed(1);
		parts.push(`<line class="best" x1="${at}" x2="${at}" y1="${y + PANEL.head - 5}" y2="${y + height - PANEL.foot}"/>`);
	}
	return parts.join('\n');
}

const note = ({ measure, unit, best }: Scene) =>
	`${unit} ${measure}${best === undefined ? '' : `; dashed: theoretical minimum, ${formatNumber(best)}`}`;

function bar(scene: Scene, row: Row, left: number, from: number, y: number, length: number, isCut: boolean): string {
	const middle = y + PANEL.row / 2 + 1;
	const kind = row.own ? 'own' : row.faults.length > 0 ? 'broken' : 'other';
	const ratioNote = row === ownRow(scene) ? '' : ` <tspan class="note">(${ratio(row.value, ownRow(scene).value)})</tspan>`;
	// There is room for the two most important ones; the table has all.
	const faults = row.faults.length > 0 ? ` <tspan class="fault">${escaped(row.faults.slice(0, 2).join(', '))}</tspan>` : '';
	return [
		text(left, middle, `${placeOf(row, scene)}. ${escaped(row.contestant)}`, row.own ? 'bold' : ''),
		`<rect class="${kind}" x="${from}" y="${(middle - 10).toFixed(1)}" width="${length.toFixed(1)}" height="${BAR.height}" rx="2"/>`,
		...(isCut ? [`<path class="cut" d="M${from + length - 18} ${middle + 5}l5 -17h4l-5 17z"/>`] : []),
		text(from + length + 7, middle, `${formatNumber(row.value)}${ratioNote}${faults}`, row.own ? 'bold' : ''),
	].join('\n');
}

/** The whole picture as SVG. */
export function chart(scenes: Scene[], heading: string): string {
	const top = 64;
	// Each panel goes into the shorter of the two columns.
	const columns = [top, top];
	const panels = scenes.map((scene) => {
		const column = columns[0] <= columns[1] ? 0 : 1;
		const y = columns[column];
		columns[column] += heightOf(scene) + GAP;
		return panel(scene, MARGIN + column * (PANEL.width + GAP), y);
	});
	const height = Math.max(...columns);
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(heading)}">
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
${text(MARGIN, 30, escaped(heading), 'title')}
${text(MARGIN, 49, 'Shorter is better. In parentheses: ratio to this package. Contestants that were refused or lost anything rank below all others. Bars with a gap are truncated.', 'note')}
${panels.join('\n')}
</svg>
`;
}
