import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { OWNER } from '../../scripts/n8n/rest.mts';

/** Debian's Chromium, quiet: it would otherwise look for its maker's hosts at every start. */
const CHROMIUM = {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		'--disable-background-networking', '--disable-component-update', '--disable-sync',
	],
};

const PATIENCE = 20_000;
const PICTURES = join('test', '.output');

/** n8n's editor in a headless browser, driven the way a person drives it. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly url: string,
	) {
		page.setDefaultTimeout(PATIENCE);
	}

	static async open(url: string): Promise<Editor> {
		await mkdir(PICTURES, { recursive: true });
		const browser = await chromium.launch(CHROMIUM);
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		// The editor looks up a package's newest version, which no test may depend on.
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
		await this.by('canvas-node').first().waitFor();
	}

	async openNode(name: string): Promise<void> {
		await this.by('canvas-node').filter({ hasText: name }).dblclick();
		await this.by('node-parameters').waitFor();
	}

	/** An option of the drop-down that is open; its description follows its name. */
	option(name: string): Locator {
		return this.page.getByRole('option', { name: new RegExp(`^${name}`) }).filter({ visible: true }).first();
	}

	/** "Add Field", "Add Filter": the first one of an open node. */
	get addButton(): Locator {
		return this.by('node-parameters').locator('[data-test-id="collection-parameter-add"]').first();
	}

	async executeStep(): Promise<void> {
		await this.by('node-execute-button').click();
	}

	/** What the output panel of an open node shows. */
	get output(): Locator {
		return this.by('output-panel');
	}

	by(testId: string): Locator {
		return this.page.locator(`[data-test-id="${testId}"]`);
	}

	/** Keeps a picture of the page, for people to look at. */
	async picture(name: string): Promise<void> {
		// Drop-downs and panels glide into place.
		await this.page.waitForTimeout(600);
		await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
