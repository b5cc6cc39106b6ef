// The stock `openai` package. Jobs: create (streamed or whole, as the body says), helper (the
// `.stream()` helper), models.list, models.retrieve.
import OpenAI from "openai";
import { serve } from "./session.mjs";

function addToolCalls(calls, deltas) {
  for (const delta of deltas ?? []) {
    const call = (calls[delta.index] ??= { id: "", name: "", arguments: "" });
    call.id += delta.id ?? "";
    call.name += delta.function?.name ?? "";
    call.arguments += delta.function?.arguments ?? "";
  }
}

function addMessage(outcome, choice) {
  const message = choice.message ?? {};
  outcome.text += message.content ?? "";
  outcome.reasoning += message.reasoning_content ?? "";
  outcome.refusal += message.refusal ?? "";
  outcome.finish.push(choice.finish_reason ?? null);
  for (const call of message.tool_calls ?? []) {
    outcome.toolCalls.push({ id: call.id, name: call.function?.name, arguments: call.function?.arguments });
  }
}

async function create(client, job, { outcome, signal, progress }) {
  const answer = await client.chat.completions.create(job.body, { signal });
  if (!job.body.stream) {
    outcome.requestId = answer._request_id ?? null;
    outcome.model = answer.model;
    for (const choice of answer.choices) addMessage(outcome, choice);
    outcome.usage = answer.usage ?? null;
    return;
  }
  for await (const chunk of answer) {
    progress();
    outcome.model ??= chunk.model;
    if (chunk.usage) outcome.usage = chunk.usage;
    for (const choice of chunk.choices) {
      outcome.text += choice.delta.content ?? "";
      outcome.reasoning += choice.delta.reasoning_content ?? "";
      outcome.refusal += choice.delta.refusal ?? "";
      addToolCalls(outcome.toolCalls, choice.delta.tool_calls);
      if (choice.finish_reason) outcome.finish.push(choice.finish_reason);
    }
  }
  outcome.aborted = signal.aborted;
}

async function helper(client, job, { outcome, signal, progress }) {
  const stream = client.chat.completions.stream(job.body, { signal });
  stream.on("chunk", progress);
  const answer = await stream.finalChatCompletion();
  for (const choice of answer.choices) addMessage(outcome, choice);
  outcome.usage = answer.usage ?? null;
}

serve(async (job, context) => {
  const { outcome, signal } = context;
  const client = new OpenAI({
    baseURL: job.baseURL,
    apiKey: job.apiKey,
    maxRetries: job.maxRetries ?? 0,
    timeout: job.timeoutMs ?? 60_000,
  });
  if (job.do === "create") await create(client, job, context);
  else if (job.do === "helper") await helper(client, job, context);
  else if (job.do === "models.list") {
    outcome.models = [];
    for await (const model of client.models.list({ signal })) outcome.models.push(model);
  } else if (job.do === "models.retrieve") outcome.models = [await client.models.retrieve(job.model, { signal })];
  else throw new Error(`no such job: ${job.do}`);
});
