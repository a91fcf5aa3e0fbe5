// Opens pages in headless Chromium: axe-core finds nothing, light and dark; nothing is wider than the
// window at 1280, 800 and 380 columns of pixels; nothing is loaded; pictures of all, and the printed page,
// lie beside each page.
//   node check.js CHROMIUM PAGE.html...
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [chromium, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--headless=new'] });
let faults = 0;
const fault = (page, text) => {
    faults += 1;
    console.log(`${page}: ${text}`);
};

for (const path of pages) {
    const page = await browser.newPage();
    // The check itself runs in the page, which allows no script of its own.
    await page.setBypassCSP(true);
    page.on('pageerror', (error) => fault(path, `error: ${error.message}`));
    page.on('console', (message) => fault(path, `console: ${message.text()}`));
    page.on('request', (request) => {
        if (request.url() !== pathToFileURL(resolve(path)).href) {
            fault(path, `loads ${request.url()}`);
        }
    });
    await page.goto(pathToFileURL(resolve(path)).href);
    for (const scheme of ['light', 'dark']) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        for (const width of [1280, 800, 380]) {
            await page.setViewport({ width, height: 900 });
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            if (overflow > 0) {
                fault(path, `${overflow} pixels wider than a window of ${width}`);
            }
            await page.screenshot({ path: path.replace(/\.html$/, `-${scheme}-${width}.png`), fullPage: true });
        }
        await page.evaluate(axe);
        const result = await page.evaluate(() => globalThis.axe.run(document));
        for (const violation of result.violations) {
            const places = violation.nodes.map((node) => node.target.join(' ')).join('; ');
            fault(path, `axe (${scheme}): ${violation.id}: ${violation.help}: ${places}`);
        }
    }
    await page.pdf({ path: path.replace(/\.html$/, '.pdf'), format: 'A4' });
    await page.close();
}
await browser.close();
console.log(`${pages.length} pages, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
