// A real browser: Debian's Chromium, or the one that PATCHBAY_CHROMIUM names, steered by
// playwright-core. Jobs, each in a profile of its own that has seen nothing yet:
//
//   page {path, ready, texts}   opens a page, waits until something matches the selector `ready`, and
//                               tells the texts of what matches the selector `texts`
//   tryOut {path, operation}    in Swagger UI opens an operation and has its example asked for
//   search {path, word}         in ReDoc searches for a word
//
// Every outcome tells what was asked for (`requests`), what the page or its policy complained about
// (`complaints`), and with `shot` a picture lies there.
import { chromium } from "playwright-core";
import { serve } from "./session.mjs";

const browser = await chromium.launch({
  executablePath: process.env.PATCHBAY_CHROMIUM ?? "/usr/bin/chromium",
  // Tests may run as root, where Chromium's own sandbox cannot; all it sees is the server under test.
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
process.stdin.on("end", () => browser.close());

const tools = {
  async page(page, job, outcome) {
    outcome.texts = await page.locator(job.texts).allTextContents();
  },
  async tryOut(page, job, outcome) {
    const operation = page.locator(`#${job.operation}`);
    await operation.locator(".opblock-summary").click();
    await operation.locator(".try-out__btn").click();
    await operation.locator(".execute").click();
    const status = operation.locator(".live-responses-table .response-col_status").last();
    await status.waitFor();
    outcome.status = (await status.innerText()).trim();
  },
  async search(page, job, outcome) {
    await page.locator("input[type=text]").first().pressSequentially(job.word, { delay: 30 });
    const found = page.locator("[data-role='search:results'] li");
    await found.first().waitFor();
    outcome.texts = await found.allTextContents();
  },
};

serve(async (job, { outcome }) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  try {
    outcome.requests = [];
    outcome.complaints = [];
    context.on("request", (request) => outcome.requests.push(request.url()));
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && outcome.complaints.push(message.text()));
    page.on("pageerror", (error) => outcome.complaints.push(String(error)));
    const origin = job.baseURL.replace(/\/v1$/, "");
    const answer = await page.goto(origin + job.path);
    outcome.httpStatus = answer.status();
    await page.locator(job.ready).first().waitFor();
    await tools[job.do](page, job, outcome);
    await page.waitForLoadState("networkidle");
    if (job.shot) await page.screenshot({ path: job.shot });
  } finally {
    await context.close();
  }
});
