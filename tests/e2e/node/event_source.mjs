// A page's EventSource, by the package that has it for Node. Job: read.
//
//   in:  {"path", "headers", "last": N, "until": "<word>"}
//   out: the outcome's `events` are [type, data] in their order, `failed` the status of a refusal
//
// `until` is the word in an event's data, or its type, at which the page closes its source; without
// one it is closed when the server ends the stream, as a source would begin anew by itself. `last`
// is the number of the event that a page has seen before.
import { EventSource } from "eventsource";
import { serve } from "./session.mjs";

const TYPES = ["message", "delta", "done"];

function read(job, { outcome, signal, progress }) {
  outcome.events = [];
  const headers = { ...job.headers, ...(job.last === undefined ? {} : { "Last-Event-ID": String(job.last) }) };
  const source = new EventSource(job.baseURL + job.path, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
  });
  return new Promise((resolve) => {
    const close = () => {
      source.close();
      resolve();
    };
    const see = (event) => {
      outcome.events.push([event.type, event.data]);
      progress();
      if (job.until !== undefined && (event.type === job.until || event.data.includes(job.until))) close();
    };
    for (const type of TYPES) source.addEventListener(type, see);
    source.addEventListener("error", (event) => {
      // An event that the server calls `error` has data; a broken or ended connection has none.
      if (event.data !== undefined) return see(event);
      outcome.failed = event.code ?? null;
      close();
    });
    signal.addEventListener("abort", close);
  });
}

serve(async (job, context) => {
  if (job.do !== "read") throw new Error(`no such job: ${job.do}`);
  await read(job, context);
});
