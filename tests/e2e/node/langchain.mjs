// `@langchain/openai`. Jobs: invoke (whole) and stream.
import { ChatOpenAI } from "@langchain/openai";
import { serve } from "./session.mjs";

function describe(outcome, message) {
  outcome.text = typeof message.content === "string" ? message.content : JSON.stringify(message.content);
  outcome.toolCalls = (message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.name, arguments: call.args }));
  outcome.finish.push(message.response_metadata?.finish_reason ?? null);
  const usage = message.usage_metadata;
  outcome.usage = usage ? { input: usage.input_tokens, output: usage.output_tokens, total: usage.total_tokens } : null;
}

serve(async (job, { outcome, signal, progress }) => {
  const model = new ChatOpenAI({
    model: job.model,
    apiKey: job.apiKey,
    maxRetries: job.maxRetries ?? 0,
    modelKwargs: job.extra,
    configuration: { baseURL: job.baseURL },
  });
  const asked = job.tools ? model.bindTools(job.tools) : model;
  if (job.do === "invoke") describe(outcome, await asked.invoke(job.prompt, { signal }));
  else if (job.do === "stream") {
    let whole = null;
    for await (const chunk of await asked.stream(job.prompt, { signal })) {
      progress();
      whole = whole === null ? chunk : whole.concat(chunk);
    }
    if (whole !== null) describe(outcome, whole);
  } else throw new Error(`no such job: ${job.do}`);
});
