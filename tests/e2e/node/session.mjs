// The conversation between a test and a client library: jobs come in on standard input, one JSON
// object a line, and outcomes go out on standard output, in the order in which they are ready.
//
//   in:  {"id", "do", "baseURL", "apiKey", ...}   start a job, side by side with the others
//        {"abort": id}                            abort it, as a user of the library would
//   out: {"id", "progress": true}                 the first piece of a streamed answer arrived
//        {"id", "outcome": {...}}                 the job is over
import { createInterface } from "node:readline";

// What a job has to tell, whatever the library calls it. Empty fields are left out of comparisons.
export function emptyOutcome() {
  return { text: "", reasoning: "", refusal: "", toolCalls: [], finish: [], usage: null, error: null };
}

export function describeError(error) {
  const status = error.status ?? error.statusCode ?? null;
  const headers = error.headers ?? {};
  return {
    name: error.constructor?.name ?? typeof error,
    status,
    message: String(error.message ?? error),
    code: error.code ?? null,
    type: error.type ?? null,
    param: error.param ?? null,
    requestId: error.requestID ?? headers["x-request-id"] ?? error.responseHeaders?.["x-request-id"] ?? null,
  };
}

// `run(job, context)` does one job and fills `context.outcome`; what it throws becomes the outcome's error.
export function serve(run) {
  const aborts = new Map();
  const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

  async function start(job) {
    const abort = new AbortController();
    aborts.set(job.id, abort);
    let told = false;
    const progress = () => {
      if (!told) say({ id: job.id, progress: true });
      told = true;
    };
    const outcome = emptyOutcome();
    try {
      await run(job, { outcome, signal: abort.signal, progress });
    } catch (error) {
      outcome.error = describeError(error);
    }
    aborts.delete(job.id);
    say({ id: job.id, outcome });
  }

  createInterface({ input: process.stdin }).on("line", (line) => {
    const message = JSON.parse(line);
    if (message.abort !== undefined) aborts.get(message.abort)?.abort();
    else start(message);
  });
}
