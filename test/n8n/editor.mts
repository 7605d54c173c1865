import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { OWNER } from '../../scripts/n8n/rest.mts';

/** Debian's Chromium, without the network calls that it would otherwise make at every start. */
const CHROMIUM = {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		'--disable-background-networking', '--disable-component-update', '--disable-sync',
	],
};

const TIMEOUT_MS = 20_000;
const SCREENSHOTS = join('test', '.output');

/** n8n's editor in a headless browser, used as a person would use it. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly url: string,
	) {
		page.setDefaultTimeout(TIMEOUT_MS);
	}

	static async open(url: string): Promise<Editor> {
		await mkdir(SCREENSHOTS, { recursive: true });
		const browser = await chromium.launch(CHROMIUM);
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		// The editor looks up the latest version of a package, on which no test may depend.
		await page.route((address) => address.hostname !== '127.0.0.1', async (route) => await route.abort());
		return new Editor(browser, page, url);
	}

	async signIn(): Promise<void> {
		await this.page.goto(`${this.url}/signin`);
		await this.page.locator('input[type=email]').fill(OWNER.email);
		await this.page.locator('input[type=password]').fill(OWNER.password);
		await this.page.getByRole('button', { name: 'Sign in' }).click();
		await this.page.waitForURL(/home/);
	}

	async visit(path: string): Promise<void> {
		await this.page.goto(`${this.url}${path}`);
	}

	async openWorkflow(id: string): Promise<void> {
		await this.visit(`/workflow/${id}`);
		await this.byTestId('canvas-node').first().waitFor();
	}

	async openNode(name: string): Promise<void> {
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		await this.byTestId('node-parameters').waitFor();
	}

	/** An option of the open drop-down, whose text is its name followed by its description. */
	option(name: string): Locator {
		return this.page.getByRole('option', { name: new RegExp(`^${name}`) }).filter({ visible: true }).first();
	}

	/** The first "Add Field" or "Add Filter" button of the open node. */
	get addButton(): Locator {
		return this.byTestId('node-parameters').locator('[data-test-id="collection-parameter-add"]').first();
	}

	async executeStep(): Promise<void> {
		await this.byTestId('node-execute-button').click();
	}

	/** The output panel of the open node. */
	get output(): Locator {
		return this.byTestId('output-panel');
	}

	byTestId(testId: string): Locator {
		return this.page.locator(`[data-test-id="${testId}"]`);
	}

	/** Saves a screenshot of the page for people to look at. */
	async screenshot(name: string): Promise<void> {
		// Drop-downs and panels are animated.
		await this.page.waitForTimeout(600);
		await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
