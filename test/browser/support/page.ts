import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Relay } from '../../interop/process.ts'

/** The page as a person finds it: by the names of things. */
export class DemoPage {
  readonly page: Page
  /** What the page threw or complained about. */
  readonly complaints: string[] = []

  static async open(
    browser: Browser,
    relay: Pick<Relay, 'http'>,
    options: { query?: string; context?: BrowserContextOptions; prepare?: (page: Page) => Promise<void> } = {}
  ): Promise<DemoPage> {
    const page = await browser.newPage(options.context)
    await options.prepare?.(page)
    const demo = new DemoPage(page)
    await page.goto(new URL(options.query ?? '', relay.http).href)
    return demo
  }

  private constructor(page: Page) {
    this.page = page
    page.on('pageerror', error => this.complaints.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
  }

  get channel(): Locator {
    return this.page.getByRole('textbox', { name: 'Channel' })
  }

  get listen(): Locator {
    return this.page.getByRole('button', { name: 'Listen', exact: true })
  }

  get publish(): Locator {
    return this.page.getByRole('button', { name: 'Publish microphone' })
  }

  get stop(): Locator {
    return this.page.getByRole('button', { name: 'Stop', exact: true })
  }

  /** What is said to the person, e.g. `Playing demo`. */
  async said(): Promise<string> {
    return (await this.page.getByRole('status').innerText()).replaceAll('\n', ' ')
  }

  text(testId: string): Promise<string> {
    return this.page.getByTestId(testId).innerText()
  }

  /** NaN while the page shows a dash. */
  async figure(testId: string): Promise<number> {
    return Number.parseFloat((await this.page.getByTestId(testId).textContent()) ?? '')
  }
}
